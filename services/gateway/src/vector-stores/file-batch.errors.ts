import { DomainError } from '@conch/errors';

/** The store has no such batch. */
export class FileBatchNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'FILE_BATCH_NOT_FOUND';

  constructor(storeId: string, id: string) {
    super(`The vector store '${storeId}' has no file batch '${id}'. Use the id that its creation answered.`, { param: 'batch_id', facts: { storeId, id } });
  }
}

/** A row that a page begins after is not in the list. */
export class FileBatchCursorUnknown extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'PAGE_CURSOR_UNKNOWN';

  constructor(param: 'after' | 'before', cursor: string) {
    super(`${param}: "${cursor}" is not in this list; use the id of one of its rows`, { param });
  }
}
