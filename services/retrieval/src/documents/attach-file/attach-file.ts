import { StoreExpired, StoreNotFound } from '../../stores/store.errors.js';
import { readAttributes } from '../../stores/store-fields.js';
import type { StoreRepository } from '../../stores/store.repository.js';
import { type Chunking, type Document, readChunking } from '../document.entity.js';
import type { DocumentRepository } from '../document.repository.js';
import type { FileSource } from '../file-source.js';
import { newDocument } from '../new-document.js';

export interface AttachFileCommand {
  readonly projectId: string;
  readonly storeId: string;
  readonly fileId: string;
  readonly attributesJson: string;
  readonly chunking: Chunking | undefined;
}

/** Puts a file into a store; it is indexed in the background. */
export class AttachFile {
  constructor(
    private readonly stores: StoreRepository,
    private readonly documents: DocumentRepository,
    private readonly files: FileSource,
  ) {}

  async execute({ projectId, storeId, fileId, attributesJson, chunking: asked }: AttachFileCommand): Promise<Document> {
    const attributes = readAttributes(attributesJson);
    const chunking = readChunking(asked);
    const found = await this.stores.find(projectId, storeId);
    if (found === null) throw new StoreNotFound(storeId);
    const now = new Date();
    const { expiresAt } = found.store;
    if (expiresAt !== null && found.store.isExpired(now)) throw new StoreExpired(storeId, expiresAt);
    const file = await this.files.get(projectId, fileId);
    const document = await this.documents.attach(newDocument(found.store, file, { chunking, attributes }));
    await this.stores.touch(projectId, storeId, now);
    return document;
  }
}
