import type { ArtifactStore } from '@conch/artifacts';
import { DomainError } from '@conch/errors';
import { newId } from '@conch/storage';
import type { DatasetVersion } from '../../versions/dataset-version.entity.js';
import { type FileFacts, StoredFile, type UploadIntent, readUploadIntent } from '../file.entity.js';
import { FileEmpty, FileTooLarge } from '../file.errors.js';
import type { FileRepository } from '../file.repository.js';
import type { TakenIn, TrainingIntake } from '../training-intake.js';

/** What is asked of an upload, and its bytes as they arrive. */
export interface UploadCommand {
  readonly projectId: string;
  readonly filename: string;
  readonly purpose: string;
  /** 0 keeps the file. */
  readonly expiresAfterSeconds: number;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Stores a file; one to train on is checked while it arrives and becomes a dataset version. When anything fails nothing is kept. */
export class UploadFile {
  constructor(
    private readonly files: FileRepository,
    private readonly artifacts: ArtifactStore,
    private readonly intake: TrainingIntake,
    private readonly maxBytes: number,
    private readonly now: () => Date,
  ) {}

  async execute(command: UploadCommand): Promise<StoredFile> {
    const intent = readUploadIntent(command, this.now());
    const bytes = notEmpty(command.bytes, intent.filename);
    try {
      return intent.purpose === 'fine-tune' ? await this.storeTrainingFile(command, intent, bytes) : await this.storeFile(command, intent, bytes);
    } catch (thrown) {
      throw thrown instanceof DomainError && thrown.code === 'ARTIFACT_TOO_LARGE' ? new FileTooLarge(this.maxBytes) : thrown;
    }
  }

  private async storeFile({ projectId, signal }: UploadCommand, intent: UploadIntent, bytes: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    const { digest, sizeBytes } = await this.artifacts.put(bytes, { maxBytes: this.maxBytes, signal });
    const file = new StoredFile({ ...this.begun(projectId, intent), contentDigest: digest, sizeBytes, datasetVersionId: null });
    await this.files.add(file, null);
    return file;
  }

  private async storeTrainingFile({ projectId, signal }: UploadCommand, intent: UploadIntent, bytes: AsyncIterable<Uint8Array>): Promise<StoredFile> {
    const taken = await this.intake.take(bytes, { maxBytes: this.maxBytes, signal });
    const versionId = newId('dsv_');
    const { digest: contentDigest, sizeBytes } = taken.content;
    const file = new StoredFile({ ...this.begun(projectId, intent), contentDigest, sizeBytes, datasetVersionId: versionId });
    await this.files.add(file, versionOf(file, versionId, taken));
    return file;
  }

  private begun(projectId: string, intent: UploadIntent): Omit<FileFacts, 'contentDigest' | 'sizeBytes' | 'datasetVersionId'> {
    return { ...intent, id: newId('file-'), projectId, status: 'processed', createdAt: this.now() };
  }
}

function versionOf(file: StoredFile, id: string, taken: TakenIn): DatasetVersion {
  const { projectId, id: fileId, createdAt } = file.facts;
  const { format, rows, lastAnswerOnly, data } = taken;
  const folder = { folderDigest: data.folder.digest, folderSizeBytes: data.folder.sizeBytes };
  return { id, projectId, datasetId: newId('ds_'), fileId, digest: data.digest, format, rows, lastAnswerOnly, ...folder, createdAt };
}

async function* notEmpty(bytes: AsyncIterable<Uint8Array>, filename: string): AsyncGenerator<Uint8Array> {
  let isEmpty = true;
  for await (const chunk of bytes) {
    if (chunk.byteLength === 0) continue;
    isEmpty = false;
    yield chunk;
  }
  if (isEmpty) throw new FileEmpty(filename);
}
