import type { ArtifactReference, JsonObject } from './job.entity.js';

/** A checkpoint as it is stored. */
export interface StoredCheckpoint {
  readonly id: string;
  readonly jobId: string;
  readonly step: number;
  readonly createdAt: Date;
  readonly artifact: ArtifactReference | null;
  /** Its folder on the runner's machine, to continue from. */
  readonly path: string;
}

/** What training had come to at a step, with what was told of that step. */
export interface Checkpoint extends StoredCheckpoint {
  readonly metrics: JsonObject;
}
