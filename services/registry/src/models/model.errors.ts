import { DomainError } from '@conch/errors';

const CHECKPOINT = /^(.+):ckpt-step-\d+$/;

/** The list of a job's checkpoints tells their ids, so people ask for them. */
function checkpointHint(model: string): string | null {
  const ofJob = CHECKPOINT.exec(model)?.[1];
  return ofJob === undefined ? null : `The weights of a checkpoint are not served yet; use the job's fine_tuned_model instead, \`${shownName(ofJob)}\`.`;
}

function shownName(model: string): string {
  return model.length > 120 ? `${model.slice(0, 120).toWellFormed()}…` : model;
}

/** The name means nothing to this project. The first sentence is OpenAI's, since callers look for it. */
export class ModelNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'MODEL_NOT_FOUND';

  constructor(model: string, standing: readonly string[]) {
    const shown = shownName(model);
    const hint = checkpointHint(model) ?? (standing.length === 0 ? 'There are no models yet; import or train one.' : `There are: ${standing.join(', ')}.`);
    super(`The model \`${shown}\` does not exist or you do not have access to it. ${hint}`, { param: 'model', facts: { model: shown } });
  }
}

/** The model is there, but not the version or alias of it that is meant. */
export class ModelVersionNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'MODEL_NOT_FOUND';

  constructor(name: string, selector: string, standing: readonly string[]) {
    const hint = standing.length === 0 ? 'It has no version that can be used.' : `It has: ${standing.map((one) => `${name}@${one}`).join(', ')}.`;
    super(`The model \`${name}\` has no version or alias \`${selector.slice(0, 80).toWellFormed()}\`. ${hint}`, { param: 'model', facts: { model: name } });
  }
}

/** The name belongs to everybody, so that a project cannot change or reuse it. */
export class ModelIsPublic extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'MODEL_IS_PUBLIC';

  constructor(name: string) {
    super(`The model \`${name}\` belongs to every project, so that no project can change it; work on a model of your own.`, {
      param: 'model',
      facts: { model: name },
    });
  }
}

/** What was asked for cannot be a model's name. */
export class ModelNameRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'MODEL_NAME_INVALID';

  constructor(name: string, why: string) {
    super(`model_name: ${JSON.stringify(name.slice(0, 80).toWellFormed())} ${why}; use letters, digits and . _ - : /, at most 200 characters`, {
      param: 'model_name',
    });
  }
}

/** What was asked for cannot be an alias. */
export class AliasRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'ALIAS_INVALID';

  constructor(alias: string) {
    super(
      `alias: ${JSON.stringify(alias.slice(0, 80).toWellFormed())} cannot be an alias; use at most 64 letters, digits and . _ -, beginning with a letter (numbers are versions)`,
      { param: 'alias' },
    );
  }
}

/** The alias is not set. */
export class AliasNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'ALIAS_NOT_FOUND';

  constructor(model: string, alias: string) {
    super(`The model \`${model}\` has no alias \`${alias.slice(0, 80).toWellFormed()}\`; list the model to see its aliases.`, {
      param: 'alias',
      facts: { model },
    });
  }
}

/** A version was offered without something that it needs. */
export class VersionRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'MODEL_VERSION_INVALID';

  constructor(param: string, why: string) {
    super(`${param}: ${why}`, { param });
  }
}

/** A job's model was deleted, and the job cannot bring it back. */
export class JobModelDeleted extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'MODEL_DELETED';

  constructor(jobId: string) {
    super(`The model of the job ${jobId} was deleted; start a new job to train it again.`, { param: 'lineage.job_id', facts: { jobId } });
  }
}

/** A version was to change its state against the table; a fault of ours. */
export class VersionTransitionRefused extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'MODEL_VERSION_TRANSITION_REFUSED';

  constructor(id: string, from: string, to: string) {
    super(`The model version ${id} cannot go from ${from} to ${to}.`, { facts: { id, from, to } });
  }
}
