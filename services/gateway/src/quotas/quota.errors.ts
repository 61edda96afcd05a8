import { DomainError } from '@conch/errors';

/** The project has sent its requests for this minute. */
export class TooManyRequests extends DomainError {
  readonly kind = 'exhausted';
  readonly code = 'RATE_LIMIT_EXCEEDED';

  constructor(limit: number, retryAfterSeconds: number) {
    super(`Your project may send ${limit} requests a minute and has done so. Try again in ${retryAfterSeconds} s.`, { facts: { limit, retryAfterSeconds } });
  }
}

/** The project has used its tokens of the day. */
export class TokensSpent extends DomainError {
  readonly kind = 'exhausted';
  /** OpenAI's own code for it. */
  readonly code = 'INSUFFICIENT_QUOTA';

  constructor(limit: number, retryAfterSeconds: number) {
    super(
      `Your project may use ${limit} tokens a day and has used them. The next day begins in ${retryAfterSeconds} s (UTC); GET /v1/usage shows what was used.`,
      {
        facts: { limit, retryAfterSeconds },
      },
    );
  }
}

/** The project has as many generations under way as it may. */
export class TooManyGenerations extends DomainError {
  readonly kind = 'exhausted';
  readonly code = 'CONCURRENCY_LIMIT_EXCEEDED';

  constructor(limit: number) {
    super(`Your project may have ${limit} generations under way at once and has so many. Try again when one has ended.`, {
      facts: { limit, retryAfterSeconds: 1 },
    });
  }
}
