import { DESCRIPTOR_SET } from '@conch/contracts/descriptors';
import type { DomainError } from '@conch/errors';
import { type ServerInterceptor, ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import { type CallContext as GrpcCall, type Server, ServerError, createServer } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection } from 'nice-grpc-server-reflection';
import { CALLER_GONE, type CallDesk } from './call-desk.js';
import type { CallContext, ServiceContract } from './contract.js';
import { REFLECTION_SERVICES } from './reflection.js';
import type { ServedCall } from './served-call.js';
import { CHANNEL_LIMITS, GRPC_STATUS, HEADER, errorHeaders, errorText } from './wire.js';

type AnyUnary = (request: unknown, call: CallContext) => Promise<unknown>;
type AnyStream = (request: unknown, call: CallContext) => AsyncIterable<unknown>;

/** Answers a service's methods over gRPC, with the standard health service and server reflection, which need no token. */
export class GrpcDoor {
  private readonly server: Server = createServer({
    ...CHANNEL_LIMITS,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    interceptors: [tellDeadline, tellBrokenUpload],
  });
  private readonly health = HealthState();
  private readonly names: string[] = [];

  constructor(private readonly desk: CallDesk) {}

  add(definition: ServiceContract, handlers: Readonly<Record<string, unknown>>): void {
    const implementation: Record<string, unknown> = {};
    for (const [key, method] of Object.entries(definition.methods)) {
      const path = `${definition.fullName}/${method.name}`;
      implementation[key] = method.responseStream
        ? (request: unknown, context: GrpcCall) => this.stream(path, handlers[key] as AnyStream, request, context)
        : (request: unknown, context: GrpcCall) => this.unary(path, handlers[key] as AnyUnary, request, context, method.requestStream);
    }
    this.server.add(definition, implementation as never);
    this.names.push(definition.fullName);
    this.health.setStatus('healthy', definition.fullName);
  }

  /** Listens on the given address; returns the port. */
  async start(host: string, port: number): Promise<number> {
    this.server.add(HealthDefinition, HealthServiceImpl(this.health));
    for (const service of REFLECTION_SERVICES) this.server.add(service as never, ServerReflection(DESCRIPTOR_SET, this.names) as never);
    return this.server.listen(`${host}:${port}`);
  }

  /** Tells health checkers that no more calls should come. */
  leave(): void {
    for (const name of ['', ...this.names]) this.health.setStatus('unhealthy', name);
  }

  /** Refuses new calls; resolves when those under way are over. */
  async drain(): Promise<void> {
    await this.server.shutdown();
  }

  /** Cuts what is left. */
  cut(): void {
    this.server.forceShutdown();
  }

  private async unary(path: string, handler: AnyUnary, request: unknown, context: GrpcCall, isUpload: boolean): Promise<unknown> {
    const call = this.open(path, context);
    const received = isUpload ? whole(request as AsyncIterable<unknown>, call.context.signal) : request;
    try {
      return await this.desk.run(call, bearerOf(context), () => handler(received, call.context));
    } catch (error) {
      throw asStatus(error as DomainError, context);
    }
  }

  private stream(path: string, handler: AnyStream, request: unknown, context: GrpcCall): AsyncIterable<unknown> {
    const call = this.open(path, context);
    return this.desk.stream(
      call,
      bearerOf(context),
      () => handler(request, call.context),
      (error) => asStatus(error, context),
    );
  }

  private open(path: string, context: GrpcCall): ServedCall {
    const call = this.desk.open(path, 'grpc', (name) => textOf(context.metadata.get(name)));
    if (context.signal.aborted) call.end(CALLER_GONE);
    else context.signal.addEventListener('abort', () => call.end(CALLER_GONE), { once: true });
    return call;
  }
}

/** The caller's stream, which throws when it was cut short: the library ends it then as if it were complete. */
async function* whole(requests: AsyncIterable<unknown>, signal: AbortSignal): AsyncIterable<unknown> {
  for await (const request of requests) yield request;
  signal.throwIfAborted();
}

function asStatus(error: DomainError, context: GrpcCall): ServerError {
  for (const [name, value] of Object.entries(errorHeaders(error))) context.trailer.set(name, value);
  return new ServerError(GRPC_STATUS[error.kind], errorText(error));
}

function bearerOf(context: GrpcCall): string | undefined {
  const presented = context.metadata.get('authorization');
  return presented?.startsWith('Bearer ') === true ? presented.slice('Bearer '.length) : undefined;
}

function textOf(value: string | Uint8Array | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A deadline set in gRPC's own way reaches handlers like one of ours; the library keeps it to itself otherwise. */
const tellDeadline: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      const listener = new ServerListenerBuilder().withOnReceiveMetadata((metadata, pass) => {
        const remainingMs = Number(call.getDeadline()) - Date.now();
        const told = Number(metadata.get(HEADER.deadlineMs)[0] ?? Number.POSITIVE_INFINITY);
        if (Number.isFinite(remainingMs) && !(told < remainingMs)) metadata.set(HEADER.deadlineMs, String(remainingMs));
        pass(metadata);
      });
      next(listener.build());
    },
  });

/** The library takes a reset of the caller's stream for its end and tells of the reset just after; an end waits until that would be known. */
const tellBrokenUpload: ServerInterceptor = (method, call) => {
  if (!method.requestStream) return new ServerInterceptingCall(call);
  return new ServerInterceptingCall(call, {
    start: (next) => {
      let isBroken = false;
      const listener = new ServerListenerBuilder()
        .withOnReceiveHalfClose((pass) => {
          setImmediate(() => {
            if (!isBroken) pass();
          });
        })
        .withOnCancel(() => {
          isBroken = true;
        });
      next(listener.build());
    },
  });
};
