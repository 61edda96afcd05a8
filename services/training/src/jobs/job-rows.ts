import { jsonb } from '@conch/storage';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import { Attempt, type AttemptState } from '../attempts/attempt.entity.js';
import type { AttemptsTable, CheckpointsTable, JobEventsTable, JobsTable } from '../database.js';
import type { StoredCheckpoint } from './checkpoint.entity.js';
import { Job, type JobState } from './job.entity.js';
import type { JobEvent } from './job-event.js';

/** Writes a value into a `json` column, which keeps its keys in the order in which they stand. */
export function inOrder<T>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::json`;
}

/** A row as the job that it stands for. */
export function jobFrom(row: Selectable<JobsTable>): Job {
  return new Job({
    id: row.id,
    projectId: row.project_id,
    state: row.state as JobState,
    model: row.model,
    resultModel: row.result_model,
    plan: row.plan,
    metadata: row.metadata,
    seed: row.seed,
    idempotencyKey: row.idempotency_key,
    createdAt: row.created_at,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    progress: { phase: row.phase, step: row.step, evaluatedStep: row.evaluated_step, totalSteps: row.total_steps, estimatedFinish: row.estimated_finish },
    attempts: row.attempts,
    attemptId: row.attempt_id,
    outcome: row.outcome,
    versionId: row.version_id,
    resultFiles: row.result_files,
    fault: row.fault,
    dueAt: row.due_at,
    failures: row.failures,
    lastSequence: row.last_sequence,
  });
}

/** What of a job's row never changes. */
export function fixedColumns({ facts }: Job) {
  return {
    id: facts.id,
    project_id: facts.projectId,
    kind: facts.plan.kind,
    model: facts.model,
    result_model: facts.resultModel,
    plan: inOrder(facts.plan),
    metadata: jsonb(facts.metadata),
    seed: facts.seed,
    idempotency_key: facts.idempotencyKey,
    created_at: facts.createdAt,
  };
}

/** What of a job's row changes. */
export function changingColumns({ facts }: Job, lastSequence: number) {
  return {
    state: facts.state,
    queued_at: facts.queuedAt,
    started_at: facts.startedAt,
    finished_at: facts.finishedAt,
    phase: facts.progress.phase,
    step: facts.progress.step,
    evaluated_step: facts.progress.evaluatedStep,
    total_steps: facts.progress.totalSteps,
    estimated_finish: facts.progress.estimatedFinish,
    attempts: facts.attempts,
    attempt_id: facts.attemptId,
    outcome: facts.outcome === null ? null : jsonb(facts.outcome),
    version_id: facts.versionId,
    result_files: jsonb(facts.resultFiles),
    fault: facts.fault === null ? null : jsonb(facts.fault),
    due_at: facts.dueAt,
    failures: facts.failures,
    last_sequence: lastSequence,
  };
}

/** A row as the attempt that it stands for. */
export function attemptFrom(row: Selectable<AttemptsTable>): Attempt {
  return new Attempt({
    id: row.id,
    projectId: row.project_id,
    jobId: row.job_id,
    epoch: row.epoch,
    state: row.state as AttemptState,
    leaseUntil: row.lease_until,
    lastReport: row.last_report,
    firstStep: row.first_step,
    firstStepAt: row.first_step_at,
    fault: row.fault,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  });
}

/** An attempt as the row that is stored. */
export function attemptRow({ facts }: Attempt) {
  return {
    id: facts.id,
    project_id: facts.projectId,
    job_id: facts.jobId,
    epoch: facts.epoch,
    state: facts.state,
    lease_until: facts.leaseUntil,
    last_report: facts.lastReport,
    first_step: facts.firstStep,
    first_step_at: facts.firstStepAt,
    fault: facts.fault === null ? null : jsonb(facts.fault),
    created_at: facts.createdAt,
    finished_at: facts.finishedAt,
  };
}

/** A row as the event that it stands for. */
export function eventFrom(row: Selectable<JobEventsTable>): JobEvent {
  return {
    id: row.id,
    jobId: row.job_id,
    sequence: row.sequence,
    createdAt: row.created_at,
    level: row.level as JobEvent['level'],
    message: row.message,
    type: row.type as JobEvent['type'],
    data: row.data,
  };
}

/** A row as the checkpoint that it stands for. */
export function checkpointFrom(row: Selectable<CheckpointsTable>): StoredCheckpoint {
  const { id, job_id: jobId, step, created_at: createdAt, artifact, path } = row;
  return { id, jobId, step, createdAt, artifact, path };
}
