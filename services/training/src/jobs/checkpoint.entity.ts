import type { ArtifactReference, JsonObject } from './job.entity.js';

/** What training had come to at a step. */
export interface Checkpoint {
  readonly id: string;
  readonly jobId: string;
  readonly step: number;
  readonly createdAt: Date;
  readonly metrics: JsonObject;
  readonly artifact: ArtifactReference | null;
  /** Its folder on the runner's machine, to continue from. */
  readonly path: string;
}
