import type { ArtifactReference, Job, Outcome } from '../jobs/job.entity.js';

/** Where other services keep what jobs produce. Each call may be repeated: it does its work once for each job. */
export abstract class ResultShelf {
  /** Enters the model version that a job made; answers its id. */
  abstract register(job: Job, outcome: Outcome): Promise<string>;
  /** Enters the step metrics as a result file; answers its id. */
  abstract keepMetrics(job: Job, csv: ArtifactReference): Promise<string>;
}
