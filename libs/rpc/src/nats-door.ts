import { type DomainError, Refusal } from '@conch/errors';
import type { Logger } from '@conch/telemetry';
import { type Msg, type NatsConnection, type Subscription, headers } from '@nats-io/transport-node';
import { CALLER_GONE, type CallDesk } from './call-desk.js';
import type { CallContext, ServiceContract } from './contract.js';
import type { ServedCall } from './served-call.js';
import { HEADER, errorHeaders, errorText, messageCapBytes } from './wire.js';

type AnyHandler = (request: unknown, call: CallContext) => Promise<unknown>;

interface UnaryMethod {
  readonly path: string;
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
  private readonly running = new Map<string, ServedCall>();
  private readonly pending = new Set<Promise<void>>();
  private subscriptions: Subscription[] = [];

  constructor(
    private readonly nats: NatsConnection,
    private readonly service: string,
    private readonly desk: CallDesk,
    private readonly logger: Logger,
  ) {}

  add(definition: ServiceContract, handlers: Readonly<Record<string, unknown>>): void {
    for (const [key, method] of Object.entries(definition.methods)) {
      if (method.requestStream || method.responseStream) continue;
      this.methods.set(rpcSubject(this.service, definition.name, method.name), {
        path: `${definition.fullName}/${method.name}`,
        handler: handlers[key] as AnyHandler,
        decode: (bytes) => method.requestType.decode(bytes) as unknown,
        encode: (message) => method.responseType.encode(method.responseType.fromPartial?.(message) ?? message).finish(),
      });
    }
  }

  /** Listens; resolves when the server has taken the subscriptions, so that whoever looks for the service from then on finds it. */
  async start(): Promise<void> {
    const calls = this.nats.subscribe(`conch.rpc.${this.service}.>`, {
      queue: this.service,
      callback: (error, message) => {
        if (error !== null) return this.logger.error({ err: error }, 'nats subscription failed');
        const work = this.answer(message).finally(() => this.pending.delete(work));
        this.pending.add(work);
      },
    });
    const cancels = this.nats.subscribe(cancelSubject(this.service), {
      callback: (error, message) => {
        if (error === null) this.running.get(message.string())?.end(CALLER_GONE);
      },
    });
    this.subscriptions = [calls, cancels];
    await this.nats.flush();
  }

  /** Takes no more calls; resolves when those under way are over. Callers can still take theirs back while they wait. */
  async drain(): Promise<void> {
    const [calls, cancels] = this.subscriptions;
    if (calls?.isClosed() === false) await calls.drain();
    while (this.pending.size > 0) await Promise.all(this.pending);
    if (cancels?.isClosed() === false) cancels.unsubscribe();
  }

  private async answer(message: Msg): Promise<void> {
    const read = (name: string): string | undefined => message.headers?.get(name) || undefined;
    const method = this.methods.get(message.subject);
    const call = this.desk.open(method?.path ?? 'unknown', 'nats', read);
    const callId = read(HEADER.callId);
    if (callId !== undefined) this.running.set(callId, call);
    try {
      const answer = await this.desk.run(call, read(HEADER.token), async () => {
        if (method === undefined) throw unknownMethod(message.subject);
        return this.fitting(method.encode(await method.handler(decoded(method, message), call.context)));
      });
      message.respond(answer);
    } catch (error) {
      this.refuse(message, error as DomainError);
    } finally {
      if (callId !== undefined) this.running.delete(callId);
    }
  }

  private refuse(message: Msg, error: DomainError): void {
    const reply = headers();
    for (const [name, value] of Object.entries(errorHeaders(error))) reply.set(name, value);
    // On a connection that is closed for good there is nobody to tell; the caller's own deadline ends its wait.
    if (!this.nats.isClosed()) message.respond(Buffer.from(errorText(error)), { headers: reply });
  }

  private fitting(bytes: Uint8Array): Uint8Array {
    const capBytes = messageCapBytes(this.nats);
    if (bytes.length <= capBytes) return bytes;
    throw new Refusal(
      'too_large',
      'ANSWER_TOO_LARGE',
      `The answer has ${bytes.length} bytes, over the ${capBytes} that one message carries. Ask for less at a time.`,
      {
        facts: { sizeBytes: bytes.length, capBytes },
      },
    );
  }
}

function unknownMethod(subject: string): Refusal {
  return new Refusal('unimplemented', 'METHOD_UNKNOWN', `There is no method at ${subject}.`);
}

function decoded(method: UnaryMethod, message: Msg): unknown {
  try {
    return method.decode(message.data);
  } catch (cause) {
    throw new Refusal('invalid', 'MESSAGE_MALFORMED', `The bytes sent to ${method.path} are not the message that its contract names.`, { cause });
  }
}
