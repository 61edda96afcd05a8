import { DomainError } from '@conch/errors';

/** The store has no such batch. */
export class FileBatchNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'FILE_BATCH_NOT_FOUND';

  constructor(storeId: string, id: string) {
    super(`The vector store '${storeId}' has no file batch '${id}'. Use the id that its creation answered.`, { param: 'batch_id', facts: { storeId, id } });
  }
}
