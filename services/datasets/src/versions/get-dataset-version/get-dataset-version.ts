import { FileNotFound } from '../../files/file.errors.js';
import type { FileRepository } from '../../files/file.repository.js';
import type { DatasetVersion } from '../dataset-version.entity.js';
import { DatasetVersionNotFound, NotATrainingFile } from '../dataset-version.errors.js';
import type { DatasetVersionRepository } from '../dataset-version.repository.js';

/** By what a version is looked up. */
export type VersionKey = { readonly id: string } | { readonly fileId: string };

/** Finds a version by its id, also when its file is gone, or by a training file that is there. */
export class GetDatasetVersion {
  constructor(
    private readonly versions: DatasetVersionRepository,
    private readonly files: FileRepository,
  ) {}

  async execute(projectId: string, key: VersionKey): Promise<DatasetVersion> {
    const id = 'id' in key ? key.id : await this.versionIdOf(projectId, key.fileId);
    const version = await this.versions.find(projectId, id);
    if (version === null) throw new DatasetVersionNotFound(id);
    return version;
  }

  private async versionIdOf(projectId: string, fileId: string): Promise<string> {
    const file = await this.files.find(projectId, fileId);
    if (file === null) throw new FileNotFound(fileId);
    if (file.facts.datasetVersionId === null) throw new NotATrainingFile(fileId, file.facts.purpose);
    return file.facts.datasetVersionId;
  }
}
