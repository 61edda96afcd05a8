import { newId } from '@conch/storage';
import { type Chunking, readChunking } from '../../documents/document.entity.js';
import type { FileFacts, FileSource } from '../../documents/file-source.js';
import { newDocument } from '../../documents/new-document.js';
import { EMPTY_STORE, Store } from '../store.entity.js';
import { FieldRefused } from '../store.errors.js';
import { checkExpiry, checkMetadata, checkName } from '../store-fields.js';
import type { StockedStore, StoreRepository } from '../store.repository.js';

export interface CreateStoreCommand {
  readonly projectId: string;
  readonly name: string;
  readonly fileIds: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly expiresAfterDays: number;
  readonly chunking: Chunking | undefined;
}

const MAX_FILES = 500;

/** Makes a vector store, with its first files attached. */
export class CreateStore {
  constructor(
    private readonly stores: StoreRepository,
    private readonly files: FileSource,
    private readonly embeddingModel: string,
  ) {}

  async execute(command: CreateStoreCommand): Promise<StockedStore> {
    const { projectId } = command;
    const chunking = readChunking(command.chunking);
    const fileIds = [...new Set(command.fileIds)];
    if (fileIds.length > MAX_FILES) throw new FieldRefused('file_ids', `has ${fileIds.length} files; attach at most ${MAX_FILES} with one request.`);
    const createdAt = new Date();
    const store = new Store({
      id: newId('vs_'),
      projectId,
      name: checkName(command.name),
      metadata: checkMetadata(command.metadata),
      embeddingModel: this.embeddingModel,
      expiresAfterDays: checkExpiry(command.expiresAfterDays),
      createdAt,
      lastActiveAt: createdAt,
    });
    const files: FileFacts[] = [];
    for (const fileId of fileIds) files.push(await this.files.get(projectId, fileId));
    await this.stores.add(
      store,
      files.map((file) => newDocument(store, file, { chunking, attributes: {} })),
    );
    return { store, contents: { ...EMPTY_STORE, inProgress: files.length } };
  }
}
