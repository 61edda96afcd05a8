import { DomainError } from '@conch/errors';

const PARAM = { param: 'Idempotency-Key' };
/** Clients sit out no longer wait than this. */
const LONGEST_WAIT_SECONDS = 60;

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

/** What became of the first request with the key is not known. */
export class IdempotencyOutcomeUnknown extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'IDEMPOTENCY_OUTCOME_UNKNOWN';

  constructor(key: string, secondsLeft: number) {
    super(
      `An earlier request with the Idempotency-Key '${key}' broke off, and whether it was done is not known. ` +
        `Look whether it was; the same request can be sent again with this key in ${secondsLeft} s.`,
      { ...PARAM, facts: { retryAfterSeconds: Math.min(secondsLeft, LONGEST_WAIT_SECONDS) } },
    );
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
