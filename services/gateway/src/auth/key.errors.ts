import { DomainError } from '@conch/errors';

/** The request carries no API key. */
export class KeyMissing extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code = 'INVALID_API_KEY';

  constructor() {
    super("You didn't provide an API key. Send it in an Authorization header: `Authorization: Bearer sk-conch-…`.");
  }
}

/** The API key is not one of ours, or was deleted. */
export class KeyUnknown extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code = 'INVALID_API_KEY';

  constructor(presented: string) {
    super(`Incorrect API key provided: ${masked(presented)}. Use a key of this server; POST /v1/keys makes one.`);
  }
}

/** A key that is to be deleted is not there. */
export class KeyNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'KEY_NOT_FOUND';

  constructor(id: string) {
    super(`No API key with the id '${id}'. GET /v1/keys lists the keys of your project.`, { param: 'id' });
  }
}

/** A project must keep one key, or nobody could reach it again. */
export class LastKey extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'LAST_KEY';

  constructor(id: string) {
    super(`'${id}' is the last API key of its project. Make another one first.`, { param: 'id' });
  }
}

function masked(key: string): string {
  const tail = key.length > 16 ? key.slice(-4) : '';
  return `${key.slice(0, 3)}***${tail}`.replace(/[^\x21-\x7e]/g, '?');
}
