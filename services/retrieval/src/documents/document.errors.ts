import { Refusal } from '@conch/errors';
import type { DocumentFault } from './document.entity.js';

/** The store has no such file. */
export class DocumentNotFound extends Refusal {
  constructor(storeId: string, fileId: string) {
    super('not_found', 'DOCUMENT_NOT_FOUND', `The vector store '${storeId}' has no file '${fileId}'. Attach it first.`, {
      param: 'file_id',
      facts: { storeId, fileId },
    });
  }
}

/** The document cannot be indexed, and trying again would change nothing. */
export class DocumentRefused extends Error {
  constructor(
    readonly fault: DocumentFault,
    message: string,
  ) {
    super(message);
    this.name = DocumentRefused.name;
  }
}
