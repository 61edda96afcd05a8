import type { Checkpoint, StoredCheckpoint } from './checkpoint.entity.js';
import type { ListQuery } from './job.repository.js';
import type { JobEvent } from './job-event.js';

/** Where a job's events and checkpoints are read. Reads take a project, or `*` for the platform itself. */
export abstract class JobHistoryRepository {
  abstract listEvents(projectId: string, jobId: string, query: ListQuery): Promise<{ readonly events: readonly JobEvent[]; readonly hasMore: boolean }>;
  /** Events after a number, in order, at most `limit`. */
  abstract eventsAfter(projectId: string, jobId: string, sequence: number, limit: number): Promise<readonly JobEvent[]>;
  abstract listCheckpoints(
    projectId: string,
    jobId: string,
    query: ListQuery,
  ): Promise<{ readonly checkpoints: readonly Checkpoint[]; readonly hasMore: boolean }>;
  /** All checkpoints of a job, newest step first. */
  abstract checkpointsOf(jobId: string): Promise<readonly StoredCheckpoint[]>;
}
