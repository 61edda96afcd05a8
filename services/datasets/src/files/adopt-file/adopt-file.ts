import { type ArtifactStore, asDigest } from '@conch/artifacts';
import { newId } from '@conch/storage';
import { StoredFile, readFilename, readResultPurpose } from '../file.entity.js';
import { AdoptionConflict, AdoptionKeyMissing, ContentNotAFile } from '../file.errors.js';
import type { FileRepository } from '../file.repository.js';

/** A file that the platform made, whose bytes are in the artifact store. */
export interface AdoptCommand {
  readonly projectId: string;
  readonly filename: string;
  readonly purpose: string;
  readonly digest: string;
  readonly isFile: boolean;
  readonly key: string;
}

/** Enters a result file once for each key, however often it is asked. */
export class AdoptFile {
  constructor(
    private readonly files: FileRepository,
    private readonly artifacts: ArtifactStore,
    private readonly now: () => Date,
  ) {}

  async execute(command: AdoptCommand): Promise<StoredFile> {
    if (command.key === '') throw new AdoptionKeyMissing();
    if (!command.isFile) throw new ContentNotAFile();
    const { digest, sizeBytes } = await this.artifacts.stat(asDigest(command.digest));
    const file = new StoredFile({
      id: newId('file-'),
      projectId: command.projectId,
      filename: readFilename(command.filename),
      purpose: readResultPurpose(command.purpose),
      sizeBytes,
      contentDigest: digest,
      status: 'processed',
      createdAt: this.now(),
      expiresAt: null,
      datasetVersionId: null,
    });
    const standing = await this.files.addOnce(file, command.key);
    if (standing.facts.contentDigest !== digest) throw new AdoptionConflict(standing.facts.id);
    return standing;
  }
}
