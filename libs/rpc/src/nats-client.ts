import { randomUUID } from 'node:crypto';
import { Refusal } from '@conch/errors';
import { type Msg, type NatsConnection, NoRespondersError, RequestError, TimeoutError, headers } from '@nats-io/transport-node';
import type { CallOptions, NatsClient, ServiceContract } from './contract.js';
import { cancelSubject, rpcSubject } from './nats-door.js';
import { callHeaders } from './placed-call.js';
import { HEADER, abortReason, deadlineExceeded, errorFromHeaders, messageCapBytes } from './wire.js';

/** How long a caller looks for a service that is just being restarted before it says `unavailable`. */
const FIND_SERVICE_MS = 3_000;
const LOOK_AGAIN_MS = 100;

interface ClientOptions {
  readonly nats: NatsConnection;
  readonly service: string;
  readonly serviceToken: string;
  readonly defaultTimeoutMs: number;
  /** How long to look for a service that nobody answers for; 3 s if not given. */
  readonly findServiceMs?: number;
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
    client[key] = async (message: unknown, call: CallOptions): Promise<unknown> => {
      const body = method.requestType.encode(method.requestType.fromPartial?.(message) ?? message).finish();
      const answer = await new NatsRequest(subject, body, call, options).send();
      const read = (name: string): string | undefined => answer.headers?.get(name) || undefined;
      if (read(HEADER.errorKind) !== undefined) throw errorFromHeaders(read, answer.string());
      return method.responseType.decode(answer.data) as unknown;
    };
  }
  return client as NatsClient<D>;
}

/** One request: sent until somebody takes it, taken back when its caller gives up. */
class NatsRequest {
  private readonly callId = randomUUID();
  private readonly timeoutMs: number;
  private readonly deadlineAt: number;

  constructor(
    private readonly subject: string,
    private readonly body: Uint8Array,
    private readonly call: CallOptions,
    private readonly options: ClientOptions,
  ) {
    this.timeoutMs = call.timeoutMs ?? options.defaultTimeoutMs;
    this.deadlineAt = Date.now() + this.timeoutMs;
  }

  async send(): Promise<Msg> {
    this.refuseTooLarge();
    const signal = this.call.signal;
    if (signal === undefined) return this.untilTaken();
    if (signal.aborted) throw abortReason(signal);
    let giveUp = (): void => undefined;
    const gaveUp = new Promise<never>((_resolve, reject) => {
      giveUp = () => {
        this.takeBack();
        reject(abortReason(signal));
      };
    });
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([this.untilTaken(), gaveUp]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  private async untilTaken(): Promise<Msg> {
    const { nats, findServiceMs = FIND_SERVICE_MS } = this.options;
    const lookUntil = Math.min(this.deadlineAt, Date.now() + findServiceMs);
    for (;;) {
      const remainingMs = Math.max(1, this.deadlineAt - Date.now());
      try {
        return await nats.request(this.subject, this.body, { timeout: remainingMs, headers: this.headers(remainingMs) });
      } catch (error) {
        if (!isNobodyThere(error)) throw this.translate(error);
        // Nobody took the request, so sending it again cannot do it twice.
        if (Date.now() + LOOK_AGAIN_MS >= lookUntil || this.call.signal?.aborted === true) throw nobodyThere(this.options.service, error);
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    }
  }

  private headers(remainingMs: number): ReturnType<typeof headers> {
    const carried = headers();
    carried.set(HEADER.token, this.options.serviceToken);
    carried.set(HEADER.callId, this.callId);
    for (const [name, value] of Object.entries(callHeaders(this.call, remainingMs))) carried.set(name, value);
    return carried;
  }

  private refuseTooLarge(): void {
    const capBytes = messageCapBytes(this.options.nats);
    if (this.body.length <= capBytes) return;
    throw new Refusal(
      'too_large',
      'REQUEST_TOO_LARGE',
      `The request has ${this.body.length} bytes, over the ${capBytes} that one message carries. Send less at a time.`,
      {
        facts: { sizeBytes: this.body.length, capBytes },
      },
    );
  }

  /** After the request on the same connection, so it cannot overtake it, not even out of the buffer of a lost connection. */
  private takeBack(): void {
    const { nats, service } = this.options;
    if (!nats.isClosed()) nats.publish(cancelSubject(service), this.callId);
  }

  private translate(error: unknown): Refusal {
    if (isTimeout(error)) {
      this.takeBack();
      return deadlineExceeded(this.timeoutMs);
    }
    const message = `The ${this.options.service} service could not be reached. Try again in a few seconds.`;
    return new Refusal('unavailable', 'MESSAGING_UNAVAILABLE', message, { cause: error });
  }
}

function nobodyThere(service: string, cause: unknown): Refusal {
  return new Refusal('unavailable', 'SERVICE_UNAVAILABLE', `The ${service} service is not answering right now. Try again in a few seconds.`, { cause });
}

function isNobodyThere(error: unknown): boolean {
  return error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
}

function isTimeout(error: unknown): boolean {
  return error instanceof TimeoutError || (error instanceof Error && error.cause instanceof TimeoutError);
}
