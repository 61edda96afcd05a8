/** Every way in which a request can be refused or fail; each edge maps all of them, so a new kind does not compile until it does. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition'
  | 'too_large'
  | 'exhausted'
  | 'unavailable'
  | 'timeout'
  | 'cancelled'
  | 'unimplemented'
  | 'internal';

/** Small facts that travel with an error for programs to branch on. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean>>;

export interface ErrorDetail {
  /** Path of the field at fault, in the caller's own words (`messages[1].role`). */
  readonly param?: string;
  readonly facts?: ErrorFacts;
  /** Kept for logs, never sent. */
  readonly cause?: unknown;
}

/** A refusal that the caller can act on. The message says what was wrong, where, and what to do. */
export abstract class DomainError extends Error {
  abstract readonly kind: ErrorKind;
  /** Stable wire code in capitals, e.g. `MODEL_NOT_FOUND`. */
  abstract readonly code: string;
  readonly param: string | null;
  readonly facts: ErrorFacts;

  constructor(message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
    this.param = detail.param ?? null;
    this.facts = detail.facts ?? {};
  }
}

/** A refusal without a class of its own: one-off checks, and what clients rebuild from the wire. */
export class Refusal extends DomainError {
  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    detail: ErrorDetail = {},
  ) {
    super(message, detail);
  }
}

/** The error itself when it is one of ours; anything else is a bug: kind `internal`, the cause kept and not told. */
export function asDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  return new Refusal('internal', 'INTERNAL', 'Something went wrong on our side. The request id names it in the logs.', { cause: thrown });
}
