import type { DomainError, ErrorKind } from '@conch/errors';
import { z } from 'zod';

/** The schema of an error as OpenAI's SDKs read it. */
export const ErrorBodySchema = z
  .object({
    error: z.object({
      message: z.string().meta({ description: 'What was wrong and what to do.' }),
      type: z.string(),
      param: z.string().nullable().meta({ description: 'The field at fault.' }),
      code: z.string().nullable().meta({ description: 'For programs to branch on.' }),
    }),
  })
  .meta({ id: 'Error' });

/** An error as OpenAI's SDKs read it. */
export type ErrorBody = z.output<typeof ErrorBodySchema>;

const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition: 400,
  too_large: 413,
  exhausted: 429,
  unavailable: 503,
  timeout: 504,
  cancelled: 499,
  unimplemented: 501,
  internal: 500,
} as const satisfies Record<ErrorKind, number>;

const TYPE = {
  invalid: 'invalid_request_error',
  unauthenticated: 'authentication_error',
  forbidden: 'permission_error',
  not_found: 'not_found_error',
  conflict: 'conflict_error',
  precondition: 'invalid_request_error',
  too_large: 'invalid_request_error',
  exhausted: 'rate_limit_error',
  unavailable: 'server_error',
  timeout: 'server_error',
  cancelled: 'invalid_request_error',
  unimplemented: 'invalid_request_error',
  internal: 'server_error',
} as const satisfies Record<ErrorKind, string>;

// Codes whose usual status is not that of their kind.
const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map([
  ['METHOD_NOT_ALLOWED', 405],
  ['UPLOAD_STALLED', 408],
  ['REQUEST_STALLED', 408],
  ['UNSUPPORTED_MEDIA_TYPE', 415],
  ['IDEMPOTENCY_KEY_REUSED', 422],
]);

/** The HTTP status of an error. */
export function statusOf(error: DomainError): number {
  return STATUS_OF_CODE.get(error.code) ?? STATUS[error.kind];
}

/** The body of an error; codes are lower case on this side, as OpenAI's are. */
export function errorBody(error: DomainError): ErrorBody {
  return { error: { message: error.message, type: TYPE[error.kind], param: error.param, code: error.code.toLowerCase() } };
}

const LONGEST_WAIT_SECONDS = 60;

/** Headers that tell a client whether, when and how to try again; the SDKs would retry every 409 and 5xx on their own. */
export function retryHeaders(error: DomainError): Record<string, string> {
  if (typeof error.facts['allow'] === 'string') return { allow: error.facts['allow'] };
  const wait = typeof error.facts['retryAfterSeconds'] === 'number' ? error.facts['retryAfterSeconds'] : null;
  if (error.kind === 'exhausted' || error.kind === 'unavailable') {
    // Longer waits are not for a client to sit out; the SDKs would try again within seconds.
    const isLong = wait !== null && wait > LONGEST_WAIT_SECONDS;
    return { 'retry-after': String(wait ?? 1), ...(isLong ? { 'x-should-retry': 'false' } : {}) };
  }
  if (error.kind === 'conflict') return wait === null ? { 'x-should-retry': 'false' } : { 'retry-after': String(wait), 'x-should-retry': 'true' };
  if (error.kind === 'unimplemented') return { 'x-should-retry': 'false' };
  return {};
}
