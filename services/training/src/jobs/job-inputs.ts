import type { ArtifactReference, DatasetReference } from './job.entity.js';

/** A model version that may be tuned. */
export interface BaseVersion {
  readonly versionId: string;
  readonly name: string;
  readonly weights: ArtifactReference;
  readonly weightFormat: string;
}

/** What a job is made from, as other services know it. */
export abstract class JobInputs {
  /** The version behind a public id; refused as invalid, with the field `model`, when there is none or it has no weights. */
  abstract base(projectId: string, model: string): Promise<BaseVersion>;
  /** The data behind a file's or a version's id; refused as invalid, with the field's name, when it cannot be trained on. */
  abstract dataset(projectId: string, named: string, param: 'training_file' | 'validation_file'): Promise<DatasetReference>;
  /** Whether the registry has a version of a model. */
  abstract isRegistered(projectId: string, model: string): Promise<boolean>;
}
