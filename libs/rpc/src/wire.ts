import { DomainError, type ErrorFacts, type ErrorKind, Refusal, asDomainError } from '@conch/errors';
import { status } from '@grpc/grpc-js';

/** Header and metadata names; the same on both doors. */
export const HEADER = {
  token: 'conch-token',
  project: 'conch-project',
  requestId: 'x-request-id',
  deadlineMs: 'conch-deadline-ms',
  callId: 'conch-call-id',
  errorKind: 'x-error-kind',
  errorCode: 'x-error-code',
  errorParam: 'x-error-param',
  errorFacts: 'x-error-facts',
} as const;

/** How each kind of error reads on gRPC. */
export const GRPC_STATUS = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  conflict: status.ALREADY_EXISTS,
  precondition: status.FAILED_PRECONDITION,
  too_large: status.OUT_OF_RANGE,
  exhausted: status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
  timeout: status.DEADLINE_EXCEEDED,
  cancelled: status.CANCELLED,
  unimplemented: status.UNIMPLEMENTED,
  internal: status.INTERNAL,
} as const satisfies Record<ErrorKind, status>;

const KIND_OF_STATUS = new Map<number, ErrorKind>(Object.entries(GRPC_STATUS).map(([kind, code]) => [code, kind as ErrorKind]));

/** The kind that a bare gRPC status stands for, when no header tells it. */
export function kindOfStatus(code: number): ErrorKind {
  return KIND_OF_STATUS.get(code) ?? 'internal';
}

/** An error as headers; the message travels beside them. Values are percent-encoded, since headers carry ASCII only. */
export function errorHeaders(error: DomainError): Record<string, string> {
  return {
    [HEADER.errorKind]: error.kind,
    [HEADER.errorCode]: error.code,
    ...(error.param === null ? {} : { [HEADER.errorParam]: encodeURIComponent(error.param) }),
    ...(Object.keys(error.facts).length === 0 ? {} : { [HEADER.errorFacts]: encodeURIComponent(JSON.stringify(error.facts)) }),
  };
}

/** The error that headers and a message stand for. */
export function errorFromHeaders(read: (name: string) => string | undefined, message: string, fallback: ErrorKind): Refusal {
  const kind = read(HEADER.errorKind);
  const param = read(HEADER.errorParam);
  const facts = read(HEADER.errorFacts);
  return new Refusal(isKind(kind) ? kind : fallback, read(HEADER.errorCode) ?? fallback.toUpperCase(), message, {
    ...(param === undefined ? {} : { param: decodeURIComponent(param) }),
    ...(facts === undefined ? {} : { facts: JSON.parse(decodeURIComponent(facts)) as ErrorFacts }),
  });
}

/** What a thrown value tells the caller: our own errors as they are, an abort as `cancelled` or `timeout`, the rest as `internal`. */
export function toWire(thrown: unknown, signal: AbortSignal): DomainError {
  if (thrown instanceof DomainError) return thrown;
  if (signal.aborted) return abortReason(signal);
  return asDomainError(thrown);
}

/** Why a signal was aborted, as an error. */
export function abortReason(signal: AbortSignal): DomainError {
  const reason: unknown = signal.reason;
  if (reason instanceof DomainError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') return deadlineExceeded();
  return new Refusal('cancelled', 'CANCELLED', 'The caller went away before the answer was ready.');
}

export function deadlineExceeded(): Refusal {
  return new Refusal('timeout', 'DEADLINE_EXCEEDED', 'The answer was not ready within the deadline.');
}

function isKind(value: string | undefined): value is ErrorKind {
  return value !== undefined && Object.hasOwn(GRPC_STATUS, value);
}
