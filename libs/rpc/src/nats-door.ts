import { Refusal } from '@conch/errors';
import { type Logger, contextFrom, inSpan } from '@conch/telemetry';
import { type Msg, type NatsConnection, type Subscription, headers } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import type { CallContext, ServiceContract } from './contract.js';
import type { ObserveCall } from './instruments.js';
import type { TokenCheck } from './token.js';
import { HEADER, deadlineExceeded, errorHeaders, toWire } from './wire.js';

type AnyHandler = (request: unknown, call: CallContext) => Promise<unknown>;

interface UnaryMethod {
  readonly handler: AnyHandler;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly encode: (message: unknown) => Uint8Array;
}

/** `conch.rpc.<service>.<ServiceName>.<Method>` */
export function rpcSubject(service: string, serviceName: string, method: string): string {
  return `conch.rpc.${service}.${serviceName}.${method}`;
}

/** Where callers that gave up say so; every replica listens, the one that has the call ends it. */
export function cancelSubject(service: string): string {
  return `conch.rpc-cancel.${service}`;
}

/** Answers a service's unary methods over NATS request/reply; replicas share the load through a queue group. */
export class NatsDoor {
  private readonly methods = new Map<string, UnaryMethod>();
  private readonly running = new Map<string, AbortController>();
  private readonly pending = new Set<Promise<void>>();
  private subscriptions: Subscription[] = [];

  constructor(
    private readonly nats: NatsConnection,
    private readonly service: string,
    private readonly token: TokenCheck,
    private readonly logger: Logger,
    private readonly observe: ObserveCall,
  ) {}

  add(definition: ServiceContract, handlers: Readonly<Record<string, unknown>>): void {
    for (const [key, method] of Object.entries(definition.methods)) {
      if (method.requestStream || method.responseStream) continue;
      this.methods.set(rpcSubject(this.service, definition.name, method.name), {
        handler: handlers[key] as AnyHandler,
        decode: (bytes) => method.requestType.decode(bytes) as unknown,
        encode: (message) => method.responseType.encode(method.responseType.fromPartial?.(message) ?? message).finish(),
      });
    }
  }

  start(): void {
    const calls = this.nats.subscribe(`conch.rpc.${this.service}.>`, {
      queue: this.service,
      callback: (error, message) => {
        if (error !== null) return this.logger.error({ error }, 'nats subscription');
        const work = this.answer(message).finally(() => this.pending.delete(work));
        this.pending.add(work);
      },
    });
    const cancels = this.nats.subscribe(cancelSubject(this.service), {
      callback: (error, message) => {
        if (error === null) this.running.get(message.string())?.abort(new Refusal('cancelled', 'CANCELLED', 'The caller gave up.'));
      },
    });
    this.subscriptions = [calls, cancels];
  }

  /** Takes no more calls and waits for those under way. */
  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => (subscription.isClosed() ? Promise.resolve() : subscription.drain())));
    await Promise.allSettled(this.pending);
  }

  private async answer(message: Msg): Promise<void> {
    const read = (name: string): string | undefined => message.headers?.get(name) || undefined;
    const callId = read(HEADER.callId);
    const cancelled = new AbortController();
    if (callId !== undefined) this.running.set(callId, cancelled);
    const deadlineMs = Number(read(HEADER.deadlineMs) ?? 0);
    const timer = deadlineMs > 0 ? setTimeout(() => cancelled.abort(deadlineExceeded()), deadlineMs) : undefined;
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      this.token.verify(read(HEADER.token));
      const method = this.methods.get(message.subject);
      if (method === undefined) throw new Refusal('unimplemented', 'METHOD_UNKNOWN', `There is no method at ${message.subject}.`);
      const call: CallContext = {
        projectId: read(HEADER.project) ?? '',
        requestId: read(HEADER.requestId) ?? '',
        signal: cancelled.signal,
        deadline: deadlineMs > 0 ? new Date(Date.now() + deadlineMs) : null,
      };
      const traceparent = read('traceparent');
      const parent = contextFrom(traceparent === undefined ? {} : { traceparent });
      const response = await inSpan(message.subject, SpanKind.SERVER, parent, () => method.handler(method.decode(message.data), call));
      this.respond(message, method.encode(response));
    } catch (thrown) {
      const error = toWire(thrown, cancelled.signal);
      outcome = error.kind;
      if (error.kind === 'internal') this.logger.error({ err: thrown, subject: message.subject, requestId: read(HEADER.requestId) }, 'call failed');
      const reply = headers();
      for (const [name, value] of Object.entries(errorHeaders(error))) reply.set(name, value);
      message.respond(Buffer.from(error.message), { headers: reply });
    } finally {
      clearTimeout(timer);
      if (callId !== undefined) this.running.delete(callId);
      this.observe(message.subject, 'nats', outcome, (performance.now() - startedAt) / 1_000);
    }
  }

  private respond(message: Msg, bytes: Uint8Array): void {
    const capBytes = this.nats.info?.max_payload ?? 1_048_576;
    if (bytes.length > capBytes) {
      throw new Refusal('too_large', 'ANSWER_TOO_LARGE', `The answer has ${bytes.length} bytes, over the ${capBytes} that one message carries. Ask for a smaller page.`);
    }
    message.respond(bytes);
  }
}
