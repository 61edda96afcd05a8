import { type EventTables, outboxMigration } from '@conch/events';
import { type Migrations, isolateByProject } from '@conch/storage';
import { type Kysely, sql } from 'kysely';
import type { ArtifactReference, JobFault, JobPlan, Outcome } from './jobs/job.entity.js';

/** One row a job. */
export interface JobsTable {
  readonly id: string;
  readonly project_id: string;
  readonly state: string;
  readonly kind: string;
  /** The base model as the caller named it; of an import, the name that the model gets. */
  readonly model: string;
  /** The id under which the result is registered. */
  readonly result_model: string;
  readonly plan: JobPlan;
  readonly metadata: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly idempotency_key: string | null;
  readonly created_at: Date;
  readonly queued_at: Date | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly phase: string;
  readonly attempts: number;
  readonly attempt_id: string | null;
  readonly step: number;
  readonly evaluated_step: number;
  readonly total_steps: number;
  readonly estimated_finish: Date | null;
  readonly outcome: Outcome | null;
  readonly version_id: string | null;
  readonly result_files: readonly string[];
  readonly fault: JobFault | null;
  /** When a new attempt, or the next try to register the result, is due. */
  readonly due_at: Date | null;
  readonly failures: number;
  readonly last_sequence: number;
}

/** One row an attempt. */
export interface AttemptsTable {
  readonly id: string;
  readonly project_id: string;
  readonly job_id: string;
  readonly epoch: number;
  readonly state: string;
  readonly lease_until: Date;
  readonly last_report: number;
  readonly first_step: number | null;
  readonly first_step_at: Date | null;
  readonly fault: JobFault | null;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

/** One row an event of a job; never changed. */
export interface JobEventsTable {
  readonly id: string;
  readonly project_id: string;
  readonly job_id: string;
  readonly sequence: number;
  readonly created_at: Date;
  readonly level: string;
  readonly message: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One row a checkpoint. */
export interface CheckpointsTable {
  readonly id: string;
  readonly project_id: string;
  readonly job_id: string;
  readonly step: number;
  readonly created_at: Date;
  readonly artifact: ArtifactReference | null;
  /** The folder on the runner's machine. */
  readonly path: string;
}

export interface TrainingDatabase extends EventTables {
  readonly jobs: JobsTable;
  readonly attempts: AttemptsTable;
  readonly job_events: JobEventsTable;
  readonly checkpoints: CheckpointsTable;
}

/** The channel that tells of every change of a job; the payload is the job's id. */
export const JOBS_CHANNEL = 'conch_jobs';

/** The channel that tells of a job's turns only: its state, its attempt's end, its result. */
export const JOB_STATES_CHANNEL = 'conch_job_states';

export const migrations: Migrations = {
  ...outboxMigration,
  '0001_jobs': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      // What is shown as it was given is `json`, which keeps the order of keys; the rest is `jsonb`.
      await sql`create table jobs (
        id text primary key,
        project_id text not null,
        state text not null check (state in ('validating_files', 'queued', 'running', 'succeeded', 'failed', 'cancelled')),
        kind text not null check (kind in ('fine-tuning', 'import')),
        model text not null,
        result_model text not null,
        plan json not null,
        metadata jsonb not null,
        seed bigint not null,
        idempotency_key text,
        created_at timestamptz not null,
        queued_at timestamptz,
        started_at timestamptz,
        finished_at timestamptz,
        phase text not null,
        attempts integer not null,
        attempt_id text,
        step bigint not null,
        evaluated_step bigint not null,
        total_steps bigint not null,
        estimated_finish timestamptz,
        outcome jsonb,
        version_id text,
        result_files jsonb not null,
        fault jsonb,
        due_at timestamptz,
        failures integer not null,
        last_sequence bigint not null,
        unique (project_id, idempotency_key)
      )`.execute(db);
      await sql`create index jobs_listed on jobs (project_id, created_at, id)`.execute(db);
      await sql`create index jobs_open on jobs (queued_at, id) where state in ('validating_files', 'queued', 'running')`.execute(db);
      await isolateByProject(db, 'jobs');
      await sql`create table attempts (
        id text primary key,
        project_id text not null,
        job_id text not null references jobs (id),
        epoch bigint not null check (epoch > 0),
        state text not null check (state in ('starting', 'running', 'succeeded', 'failed', 'lost', 'cancelled')),
        lease_until timestamptz not null,
        last_report bigint not null,
        first_step bigint,
        first_step_at timestamptz,
        fault jsonb,
        created_at timestamptz not null,
        finished_at timestamptz,
        unique (job_id, epoch)
      )`.execute(db);
      await sql`create index attempts_open on attempts (lease_until) where state in ('starting', 'running')`.execute(db);
      await isolateByProject(db, 'attempts');
      await sql`create table job_events (
        id text primary key,
        project_id text not null,
        job_id text not null references jobs (id),
        sequence bigint not null check (sequence > 0),
        created_at timestamptz not null,
        level text not null check (level in ('info', 'warn', 'error')),
        message text not null,
        type text not null check (type in ('message', 'metrics')),
        data json not null,
        unique (job_id, sequence)
      )`.execute(db);
      await isolateByProject(db, 'job_events');
      await sql`create table checkpoints (
        id text primary key,
        project_id text not null,
        job_id text not null references jobs (id),
        step bigint not null,
        created_at timestamptz not null,
        artifact jsonb,
        path text not null,
        unique (job_id, step)
      )`.execute(db);
      await isolateByProject(db, 'checkpoints');
    },
  },
};
