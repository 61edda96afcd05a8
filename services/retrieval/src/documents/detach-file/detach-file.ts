import type { ReadStore } from '../../stores/read-store/read-store.js';
import { DocumentNotFound } from '../document.errors.js';
import type { DocumentRepository } from '../document.repository.js';

/** Takes a file out of a store; the file itself stays. */
export class DetachFile {
  constructor(
    private readonly readStore: ReadStore,
    private readonly documents: DocumentRepository,
  ) {}

  async execute(projectId: string, storeId: string, fileId: string): Promise<void> {
    await this.readStore.execute(projectId, storeId);
    if (!(await this.documents.detach(projectId, storeId, fileId))) throw new DocumentNotFound(storeId, fileId);
  }
}
