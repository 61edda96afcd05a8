import type { Page, PageRequest } from '@conch/storage';
import type { StoredChunk } from '../../chunking/chunk.entity.js';
import type { ReadStore } from '../../stores/read-store/read-store.js';
import type { Document, DocumentState } from '../document.entity.js';
import { DocumentNotFound } from '../document.errors.js';
import type { DocumentRepository } from '../document.repository.js';

export interface DocumentQuery {
  readonly page: Partial<PageRequest> | undefined;
  /** Null for every state. */
  readonly state: DocumentState | null;
}

/** The documents of a store, and what one was cut into. */
export class ReadDocument {
  constructor(
    private readonly readStore: ReadStore,
    private readonly documents: DocumentRepository,
  ) {}

  async execute(projectId: string, storeId: string, fileId: string): Promise<Document> {
    await this.readStore.execute(projectId, storeId);
    const found = await this.documents.find(projectId, storeId, fileId);
    if (found === null) throw new DocumentNotFound(storeId, fileId);
    return found;
  }

  async list(projectId: string, storeId: string, query: DocumentQuery): Promise<Page<Document>> {
    await this.readStore.execute(projectId, storeId);
    return this.documents.list(projectId, storeId, query);
  }

  async chunks(projectId: string, storeId: string, fileId: string): Promise<StoredChunk[]> {
    const document = await this.execute(projectId, storeId, fileId);
    return this.documents.chunks(projectId, document.id);
  }
}
