import type { Attempt } from '../attempts/attempt.entity.js';
import type { StoredCheckpoint } from './checkpoint.entity.js';
import type { Job } from './job.entity.js';
import type { NewJobEvent } from './job-event.js';

/** Which slice of a list is wanted. */
export interface ListQuery {
  readonly limit: number;
  readonly after: string;
  readonly before: string;
  readonly ascending: boolean;
}

/** Which jobs are listed. */
export interface JobQuery extends ListQuery {
  readonly kind: 'fine-tuning' | 'import' | null;
  /** Jobs must carry all of these. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A job and its newest attempt, locked against every other change while a change is decided. */
export interface Standing {
  readonly job: Job;
  readonly attempt: Attempt | null;
  /** Steps of which a checkpoint is stored already. */
  readonly checkpointSteps: readonly number[];
}

/** What becomes of a standing; all of it is stored, or nothing. */
export interface Change {
  readonly job?: Job;
  readonly attempt?: Attempt;
  readonly events?: readonly NewJobEvent[];
  readonly checkpoints?: readonly StoredCheckpoint[];
}

/**
 * Where jobs are kept, and changed together with their attempts, events and checkpoints. A state and the event that announces it are stored together, and
 * a job's changes happen one after the other. Reads take a project, or `*` for the platform itself.
 */
export abstract class JobRepository {
  /** Enters a job, unless its key has one; answers the job that stands. */
  abstract add(job: Job, events: readonly NewJobEvent[]): Promise<Job>;
  abstract find(projectId: string, id: string): Promise<Job | null>;
  abstract findByKey(projectId: string, key: string): Promise<Job | null>;
  abstract list(projectId: string, query: JobQuery): Promise<{ readonly jobs: readonly Job[]; readonly hasMore: boolean }>;
  /** Jobs of all projects that are not over, in the order in which they are served. */
  abstract listOpen(): Promise<readonly Job[]>;
  /** Stores what `decide` makes of a job, in one transaction under the job's lock; null when there is no such job. */
  abstract change(jobId: string, decide: (standing: Standing) => Change): Promise<Job | null>;
  /** The same for the job of an attempt. */
  abstract changeByAttempt(attemptId: string, decide: (standing: Standing) => Change): Promise<Job | null>;
  /** Has `decide` start the next job, as long as fewer than `places` run; null when there is none to start or no place. */
  abstract startNext(places: number, decide: (standing: Standing) => Change): Promise<Job | null>;
}
