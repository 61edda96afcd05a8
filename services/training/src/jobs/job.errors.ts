import { DomainError } from '@conch/errors';

/** There is no such job in the project. */
export class JobNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'JOB_NOT_FOUND';

  constructor(id: string) {
    const shown = id.slice(0, 80).toWellFormed();
    super(`Could not find fine-tune: ${shown}. It may belong to another project; list the jobs to see those that are there.`, {
      param: 'fine_tuning_job_id',
      facts: { id: shown },
    });
  }
}

/** The job is over, so that there is nothing to cancel. */
export class JobIsFinal extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'JOB_NOT_CANCELLABLE';

  constructor(id: string, state: string) {
    super(`The job ${id} has already ${state === 'cancelled' ? 'been cancelled' : state}, so it cannot be cancelled.`, {
      param: 'fine_tuning_job_id',
      facts: { id, state },
    });
  }
}

/** The job's model is just being entered into the registry. */
export class JobIsCompleting extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'JOB_NOT_CANCELLABLE';

  constructor(id: string, model: string) {
    super(`The job ${id} has finished training and its model is being registered, so it cannot be cancelled; delete the model ${model} when it is there.`, {
      param: 'fine_tuning_job_id',
      facts: { id, state: 'running' },
    });
  }
}

/** The same key was used before for another job. */
export class IdempotencyConflict extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'IDEMPOTENCY_KEY_REUSED';

  constructor(jobId: string) {
    super(`idempotency_key: it already made the job ${jobId}, which asks for something else; use a key of its own for each job`, {
      param: 'idempotency_key',
      facts: { jobId },
    });
  }
}

/** A job was to change its state against the table; a fault of ours. */
export class JobTransitionRefused extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'JOB_TRANSITION_REFUSED';

  constructor(id: string, from: string, to: string) {
    super(`The job ${id} cannot go from ${from} to ${to}.`, { facts: { id, from, to } });
  }
}

/** One thing that is wrong with a request. */
export interface Problem {
  /** Path of the field, in the caller's words: `method.supervised.engine.learning_rate`. */
  readonly param: string;
  /** What is wrong and what to do, without the path. */
  readonly message: string;
}

const MAX_PROBLEMS_SHOWN = 40;

/** The request has fields that cannot be taken; all of them are named at once. */
export class JobRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'JOB_INVALID';

  constructor(readonly problems: readonly Problem[]) {
    const lines = problems.slice(0, MAX_PROBLEMS_SHOWN).map(({ param, message }) => `${param}: ${message}`);
    if (problems.length > lines.length) lines.push(`and ${problems.length - lines.length} more`);
    super(lines.join('\n'), { param: problems[0]?.param ?? 'method', facts: { problems: problems.length } });
  }
}

/** The way of tuning is not there. */
export class MethodUnsupported extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'UNSUPPORTED_METHOD';

  constructor(asked: string, available: readonly string[]) {
    super(`method.type: "${asked.slice(0, 60).toWellFormed()}" is not available here; use ${available.join(' or ')}`, {
      param: 'method.type',
      facts: { available: available.join(',') },
    });
  }
}

/** The base model is not known to the project. */
export class BaseModelNotFound extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'MODEL_NOT_FOUND';

  constructor(message: string) {
    super(message, { param: 'model' });
  }
}

/** The base model is known, but there is nothing of it to train. */
export class BaseModelHasNoWeights extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'MODEL_NOT_TRAINABLE';

  constructor(model: string) {
    super(`The model \`${model}\` is registered without weights, so it cannot be tuned; choose another one as the base.`, { param: 'model' });
  }
}

/** A file cannot be trained on. */
export class TrainingDataRefused extends DomainError {
  readonly kind = 'invalid';

  constructor(
    param: 'training_file' | 'validation_file',
    readonly code: string,
    why: string,
  ) {
    super(`${param}: ${why}`, { param });
  }
}
