import { DomainError } from '@conch/errors';

const PARAM = { param: 'Idempotency-Key' };

/** The key was used for another request. */
export class IdempotencyKeyReused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'IDEMPOTENCY_KEY_REUSED';

  constructor(key: string) {
    super(`The Idempotency-Key '${key}' was used for a different request. Use a new key for a new request.`, PARAM);
  }
}

/** The first request with the key is still under way. */
export class IdempotencyKeyBusy extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'IDEMPOTENCY_KEY_BUSY';

  constructor(key: string) {
    super(`A request with the Idempotency-Key '${key}' is still under way. Try again in a moment.`, { ...PARAM, facts: { retryAfterSeconds: 1 } });
  }
}

/** The header's value is not usable. */
export class IdempotencyKeyInvalid extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'IDEMPOTENCY_KEY_INVALID';

  constructor() {
    super('The Idempotency-Key header must have 1 to 255 visible ASCII characters.', PARAM);
  }
}
