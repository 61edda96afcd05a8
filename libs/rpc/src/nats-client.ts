import { randomUUID } from 'node:crypto';
import { Refusal } from '@conch/errors';
import { traceHeaders } from '@conch/telemetry';
import { type Msg, type NatsConnection, NoRespondersError, RequestError, TimeoutError, headers } from '@nats-io/transport-node';
import type { CallOptions, NatsClient, ServiceContract } from './contract.js';
import { cancelSubject, rpcSubject } from './nats-door.js';
import { HEADER, abortReason, deadlineExceeded, errorFromHeaders } from './wire.js';

/** How long a caller looks for a service that is just being restarted before it says `unavailable`. */
const FIND_SERVICE_MS = 3_000;

interface ClientOptions {
  readonly nats: NatsConnection;
  readonly service: string;
  readonly serviceToken: string;
  readonly defaultTimeoutMs: number;
}

/**
 * A client for a service's unary methods over NATS. Errors arrive as the server threw them (kind, code, message, param, facts);
 * nobody there after a short search is `unavailable`, no answer in time is `timeout`.
 */
export function createNatsClient<D extends ServiceContract>(definition: D, options: ClientOptions): NatsClient<D> {
  const client: Record<string, unknown> = {};
  for (const [key, method] of Object.entries(definition.methods)) {
    if (method.requestStream || method.responseStream) continue;
    const subject = rpcSubject(options.service, definition.name, method.name);
    client[key] = async (request: unknown, call: CallOptions): Promise<unknown> => {
      const body = method.requestType.encode(method.requestType.fromPartial?.(request) ?? request).finish();
      const answer = await send(subject, body, call, options);
      if (answer.headers?.has(HEADER.errorKind)) throw errorFromHeaders((name) => answer.headers?.get(name) || undefined, answer.string(), 'internal');
      return method.responseType.decode(answer.data) as unknown;
    };
  }
  return client as NatsClient<D>;
}

async function send(subject: string, body: Uint8Array, call: CallOptions, options: ClientOptions): Promise<Msg> {
  const timeoutMs = call.timeoutMs ?? options.defaultTimeoutMs;
  const deadlineAt = Date.now() + timeoutMs;
  const callId = randomUUID();
  if (call.signal?.aborted === true) throw abortReason(call.signal);
  let giveUp: (() => void) | undefined;
  const gaveUp = new Promise<never>((_, reject) => {
    giveUp = () => {
      options.nats.publish(cancelSubject(options.service), callId);
      reject(abortReason(call.signal ?? AbortSignal.abort()));
    };
    call.signal?.addEventListener('abort', giveUp, { once: true });
  });
  gaveUp.catch(() => undefined);
  try {
    return await Promise.race([request(subject, body, callId, call, deadlineAt, options), gaveUp]);
  } finally {
    if (giveUp !== undefined) call.signal?.removeEventListener('abort', giveUp);
  }
}

async function request(subject: string, body: Uint8Array, callId: string, call: CallOptions, deadlineAt: number, options: ClientOptions): Promise<Msg> {
  const searchUntil = Math.min(deadlineAt, Date.now() + FIND_SERVICE_MS);
  for (;;) {
    const remainingMs = Math.max(1, deadlineAt - Date.now());
    try {
      return await options.nats.request(subject, body, { timeout: remainingMs, headers: callHeaders(callId, call, remainingMs, options) });
    } catch (error) {
      if (!isNobodyThere(error)) throw translate(error, options);
      // Nobody took the request, so sending it again cannot do it twice.
      if (Date.now() + 100 >= searchUntil || call.signal?.aborted === true) {
        throw new Refusal('unavailable', 'SERVICE_UNAVAILABLE', `The ${options.service} service is not answering right now. Try again in a few seconds.`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function callHeaders(callId: string, call: CallOptions, remainingMs: number, options: ClientOptions): ReturnType<typeof headers> {
  const carried = headers();
  carried.set(HEADER.token, options.serviceToken);
  carried.set(HEADER.project, call.projectId);
  carried.set(HEADER.requestId, call.requestId ?? '');
  carried.set(HEADER.deadlineMs, String(remainingMs));
  carried.set(HEADER.callId, callId);
  for (const [name, value] of Object.entries(traceHeaders())) carried.set(name, value);
  return carried;
}

function isNobodyThere(error: unknown): boolean {
  return error instanceof NoRespondersError || (error instanceof RequestError && (error.cause instanceof NoRespondersError || error.isNoResponders()));
}

function translate(error: unknown, options: ClientOptions): Refusal {
  if (error instanceof TimeoutError || (error instanceof Error && error.cause instanceof TimeoutError)) return deadlineExceeded();
  return new Refusal('unavailable', 'MESSAGING_UNAVAILABLE', `The ${options.service} service could not be reached. Try again in a few seconds.`, { cause: error });
}
