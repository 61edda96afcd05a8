import type { FileBatch } from './file-batch.entity.js';

/** Where it is kept which files were attached together. */
export abstract class FileBatchRepository {
  abstract add(batch: FileBatch): Promise<void>;
  /** Throws FileBatchNotFound. */
  abstract get(projectId: string, storeId: string, id: string): Promise<FileBatch>;
  abstract markCancelled(batch: FileBatch): Promise<FileBatch>;
}
