import { Refusal } from '@conch/errors';

/** There is no such store in the caller's project. */
export class StoreNotFound extends Refusal {
  constructor(id: string) {
    super('not_found', 'STORE_NOT_FOUND', `No vector store has the id '${id}'. List the vector stores to see those of this project.`, {
      param: 'vector_store_id',
      facts: { id },
    });
  }
}

/** The store's time is over. */
export class StoreExpired extends Refusal {
  constructor(id: string, at: Date) {
    super('precondition', 'STORE_EXPIRED', `The vector store '${id}' expired on ${at.toISOString()}, and its contents are gone. Create a new one.`, {
      param: 'vector_store_id',
      facts: { id },
    });
  }
}

/** A field of a store or a document is not as it must be. */
export class FieldRefused extends Refusal {
  constructor(param: string, problem: string) {
    super('invalid', 'FIELD_INVALID', `${param}: ${problem}`, { param });
  }
}
