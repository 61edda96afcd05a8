import { type Checkpoint, type Job, type JobEvent, JobState } from '@conch/contracts/training';
import { jsonObject } from '../http/json-object.js';
import { unixSeconds, unixSecondsOrNull } from '../http/schemas.js';
import type { CheckpointView, JobEventView, JobView } from './job-operations.js';

const STATUS: ReadonlyMap<JobState, JobView['status']> = new Map([
  [JobState.JOB_STATE_VALIDATING_FILES, 'validating_files'],
  [JobState.JOB_STATE_QUEUED, 'queued'],
  [JobState.JOB_STATE_RUNNING, 'running'],
  [JobState.JOB_STATE_SUCCEEDED, 'succeeded'],
  [JobState.JOB_STATE_FAILED, 'failed'],
  [JobState.JOB_STATE_CANCELLED, 'cancelled'],
]);

const LEVELS: ReadonlySet<string> = new Set(['info', 'warn', 'error']);

/** A job in OpenAI's shape, and what ours know beside it. */
export function jobView(job: Job, projectId: string): JobView {
  const method = jsonObject(job.methodJson) ?? {};
  // A state that this version does not know is one on the way, so clients keep polling.
  const status = STATUS.get(job.state) ?? 'running';
  return {
    id: job.id,
    object: 'fine_tuning.job',
    created_at: unixSeconds(job.createdAt),
    finished_at: unixSecondsOrNull(job.finishedAt),
    started_at: unixSecondsOrNull(job.startedAt),
    estimated_finish: unixSecondsOrNull(job.estimatedFinish),
    model: job.model,
    fine_tuned_model: job.fineTunedModel || null,
    organization_id: projectId,
    result_files: job.resultFiles,
    status,
    training_file: job.trainingFile,
    validation_file: job.validationFile || null,
    hyperparameters: hyperparametersOf(method),
    method,
    // OpenAI tells the tokens once the job has ended well.
    trained_tokens: status === 'succeeded' ? job.trainedTokens : null,
    error: job.error === undefined || job.error.code === '' ? null : { code: job.error.code, message: job.error.message, param: job.error.param || null },
    seed: job.seed,
    user_provided_suffix: job.suffix || null,
    integrations: [],
    metadata: job.metadata,
    phase: job.phase || null,
    attempt: job.attempt,
    queue_position: status === 'queued' ? job.queuePosition : null,
    waiting_reason: job.waitingReason || null,
  };
}

/** An event in OpenAI's shape. */
export function jobEventView(event: JobEvent): JobEventView {
  return {
    id: event.id,
    object: 'fine_tuning.job.event',
    created_at: unixSeconds(event.createdAt),
    level: LEVELS.has(event.level) ? (event.level as JobEventView['level']) : 'info',
    message: event.message,
    type: event.type === 'metrics' ? 'metrics' : 'message',
    data: jsonObject(event.dataJson),
    sequence: event.sequence,
  };
}

/** A checkpoint in OpenAI's shape. */
export function checkpointView(checkpoint: Checkpoint): CheckpointView {
  return {
    id: checkpoint.id,
    object: 'fine_tuning.job.checkpoint',
    created_at: unixSeconds(checkpoint.createdAt),
    fine_tuned_model_checkpoint: checkpoint.model,
    fine_tuning_job_id: checkpoint.jobId,
    step_number: checkpoint.step,
    metrics: { step: checkpoint.step, ...jsonObject(checkpoint.metricsJson) },
  };
}

function hyperparametersOf(method: Readonly<Record<string, unknown>>): JobView['hyperparameters'] {
  const block = typeof method['type'] === 'string' ? method[method['type']] : undefined;
  const given = isObject(block) ? block['hyperparameters'] : undefined;
  return isObject(given) ? given : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
