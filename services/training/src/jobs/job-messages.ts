import {
  type Checkpoint as CheckpointMessage,
  type CreateJobRequest,
  type Job as JobMessage,
  type JobEvent as EventMessage,
  JobKind,
  JobState as WireState,
} from '@conch/contracts/training';
import type { PartialMessage } from '@conch/rpc';
import { toArtifactMessage } from '../artifact-messages.js';
import type { Waiting } from '../scheduling/waiting.js';
import type { Checkpoint } from './checkpoint.entity.js';
import type { CreateJobCommand } from './create-job/create-job.js';
import type { Job, JobState } from './job.entity.js';
import type { JobEvent } from './job-event.js';

const WIRE_STATE = {
  validating_files: WireState.JOB_STATE_VALIDATING_FILES,
  queued: WireState.JOB_STATE_QUEUED,
  running: WireState.JOB_STATE_RUNNING,
  succeeded: WireState.JOB_STATE_SUCCEEDED,
  failed: WireState.JOB_STATE_FAILED,
  cancelled: WireState.JOB_STATE_CANCELLED,
} as const satisfies Record<JobState, WireState>;

/** A job as the contract has it. */
export function toJobMessage({ id, state, facts }: Job, waiting: Waiting): PartialMessage<JobMessage> {
  const { plan, progress, fault } = facts;
  const isTuning = plan.kind === 'fine-tuning';
  return {
    id,
    kind: isTuning ? JobKind.JOB_KIND_FINE_TUNING : JobKind.JOB_KIND_IMPORT,
    state: WIRE_STATE[state],
    model: facts.model,
    trainingFile: isTuning ? plan.training.named : '',
    validationFile: isTuning ? (plan.validation?.named ?? '') : '',
    suffix: isTuning ? plan.suffix : '',
    seed: facts.seed,
    metadata: facts.metadata,
    methodJson: isTuning ? JSON.stringify(plan.method) : '',
    fineTunedModel: isTuning && state === 'succeeded' ? facts.resultModel : '',
    trainedTokens: facts.outcome?.trainedTokens ?? 0,
    resultFiles: facts.resultFiles,
    error: fault === null ? undefined : { code: fault.code, message: fault.message, param: fault.param ?? '' },
    createdAt: facts.createdAt,
    startedAt: facts.startedAt ?? undefined,
    finishedAt: facts.finishedAt ?? undefined,
    estimatedFinish: progress.estimatedFinish ?? undefined,
    waitingReason: waiting.reason,
    queuePosition: waiting.position,
    phase: progress.phase,
    attempt: facts.attempts,
  };
}

/** An event as the contract has it. */
export function toEventMessage({ data, ...event }: JobEvent): PartialMessage<EventMessage> {
  return { ...event, dataJson: JSON.stringify(data) };
}

/** A checkpoint as the contract has it. */
export function toCheckpointMessage({ id, jobId, step, createdAt, metrics, artifact }: Checkpoint, resultModel: string): PartialMessage<CheckpointMessage> {
  return {
    id,
    jobId,
    step,
    createdAt,
    model: `${resultModel}:ckpt-step-${step}`,
    metricsJson: JSON.stringify(metrics),
    artifact: artifact === null ? undefined : toArtifactMessage(artifact),
  };
}

/** What a request wants tuned. */
export function toCreateCommand(projectId: string, request: CreateJobRequest): CreateJobCommand {
  const { model, trainingFile, validationFile, suffix, seed, metadata, methodJson, idempotencyKey, projectName } = request;
  return { projectId, projectName, model, trainingFile, validationFile, suffix, seed: seed ?? null, metadata, methodJson, idempotencyKey };
}

/** The kind that a list is narrowed to; null when it is not. */
export function kindFrom(kind: JobKind): 'fine-tuning' | 'import' | null {
  if (kind === JobKind.JOB_KIND_IMPORT) return 'import';
  return kind === JobKind.JOB_KIND_FINE_TUNING ? 'fine-tuning' : null;
}
