import { DomainError, type ErrorFacts, type ErrorKind, Refusal, asDomainError } from '@conch/errors';
import { status } from '@grpc/grpc-js';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ClientError } from 'nice-grpc';

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

/** Nine bytes a character at worst, in a header block of at most 64 KiB. */
const LONGEST_TEXT = 4_000;
const LONGEST_PARAM = 256;
const LONGEST_FACT = 256;

/** Options of both ends of a gRPC connection. */
export const CHANNEL_LIMITS = {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.max_send_message_length': 64 * 1024 * 1024,
} as const;

/** Left free in a NATS message for the headers, which count towards its cap. */
const HEADER_ROOM_BYTES = 4_096;

/** How many bytes of protobuf one NATS message carries on this connection. */
export function messageCapBytes(nats: NatsConnection): number {
  return (nats.info?.max_payload ?? 1_048_576) - HEADER_ROOM_BYTES;
}

const KIND_OF_STATUS = new Map<number, ErrorKind>(Object.entries(GRPC_STATUS).map(([kind, code]) => [code, kind as ErrorKind]));

/**
 * What a bare gRPC status means: one that came from the transport or the gRPC library and not from a handler, which would have said its
 * kind in the trailer.
 */
export function errorFromStatus(error: ClientError, address: string): DomainError {
  // The library answers with RESOURCE_EXHAUSTED or INTERNAL, as it does for other things; only its words tell them apart.
  if (/message .*larger/i.test(error.details)) {
    return new Refusal(
      'too_large',
      'MESSAGE_TOO_LARGE',
      `A message was over the ${CHANNEL_LIMITS['grpc.max_receive_message_length']} bytes that one call carries.`,
      {
        cause: error,
      },
    );
  }
  // A peer that dies or is cut off resets its streams, with CANCEL or another code; a call that its caller took back never gets here.
  const isCutOff = error.code === status.CANCELLED || (error.code === status.INTERNAL && /RST_STREAM|GOAWAY|session/i.test(error.details));
  const kind = isCutOff ? 'unavailable' : (KIND_OF_STATUS.get(error.code) ?? 'internal');
  // Where the peer is, and what a library has to say of itself, is for logs and not for callers.
  const cause = new Error(`${address}: ${error.details}`, { cause: error });
  if (kind === 'internal') return asDomainError(cause);
  if (kind !== 'unavailable') return new Refusal(kind, kind.toUpperCase(), error.details, { cause });
  return new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'A service that this needs is not answering right now. Try again in a few seconds.', { cause });
}

/** An error as headers; the message travels beside them. Values are percent-encoded, since headers carry ASCII only. */
export function errorHeaders(error: DomainError): Record<string, string> {
  return {
    [HEADER.errorKind]: error.kind,
    [HEADER.errorCode]: error.code,
    ...(error.param === null ? {} : { [HEADER.errorParam]: encodeURIComponent(clipped(error.param, LONGEST_PARAM)) }),
    ...(Object.keys(error.facts).length === 0 ? {} : { [HEADER.errorFacts]: encodeURIComponent(JSON.stringify(clippedFacts(error.facts))) }),
  };
}

/**
 * An error's message in a form that a trailer can carry: text that quotes what a user sent may hold half a surrogate pair, which gRPC's
 * percent-encoding dies of, and may be longer than a header block may be.
 */
export function errorText(error: DomainError): string {
  return clipped(error.message, LONGEST_TEXT);
}

function clipped(text: string, longest: number): string {
  return text.length <= longest ? text.toWellFormed() : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

function clippedFacts(facts: ErrorFacts): ErrorFacts {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, typeof fact === 'string' ? clipped(fact, LONGEST_FACT) : fact]));
}

/** The error that headers and a message stand for. */
export function errorFromHeaders(read: (name: string) => string | undefined, message: string): Refusal {
  const kind = read(HEADER.errorKind);
  const param = read(HEADER.errorParam);
  const facts = read(HEADER.errorFacts);
  // A newer peer may know kinds that this process does not.
  return new Refusal(isKind(kind) ? kind : 'internal', read(HEADER.errorCode) ?? 'INTERNAL', message, {
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

/** The error of a call whose time was up. */
export function deadlineExceeded(timeoutMs?: number): Refusal {
  const within = timeoutMs === undefined ? 'the deadline' : `${timeoutMs} ms`;
  return new Refusal('timeout', 'DEADLINE_EXCEEDED', `The answer was not ready within ${within}.`);
}

function isKind(value: string | undefined): value is ErrorKind {
  return value !== undefined && Object.hasOwn(GRPC_STATUS, value);
}
