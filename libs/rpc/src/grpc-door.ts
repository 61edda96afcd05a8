import { readFile } from 'node:fs/promises';
import type { Logger } from '@conch/telemetry';
import { type CallContext as GrpcCall, type Server, ServerError, createServer } from 'nice-grpc';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import type { CallContext, ServiceContract } from './contract.js';
import type { ObserveCall } from './instruments.js';
import type { TokenCheck } from './token.js';
import { GRPC_STATUS, HEADER, deadlineExceeded, errorHeaders, toWire } from './wire.js';

const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

type AnyUnary = (request: unknown, call: CallContext) => Promise<unknown>;
type AnyStream = (request: unknown, call: CallContext) => AsyncIterable<unknown>;

/** Answers a service's methods over gRPC, with the standard health service and server reflection, which need no token. */
export class GrpcDoor {
  private readonly server: Server = createServer({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.http2.min_ping_interval_without_data_ms': 5_000,
  });
  private readonly health = HealthState();
  private readonly names: string[] = [];
  private readonly live = new Set<AbortController>();

  constructor(
    private readonly token: TokenCheck,
    private readonly logger: Logger,
    private readonly observe: ObserveCall,
  ) {}

  add(definition: ServiceContract, handlers: Readonly<Record<string, unknown>>): void {
    const implementation: Record<string, unknown> = {};
    for (const [key, method] of Object.entries(definition.methods)) {
      const path = `${definition.fullName}/${method.name}`;
      implementation[key] = method.responseStream
        ? (request: unknown, context: GrpcCall) => this.stream(path, handlers[key] as AnyStream, request, context)
        : (request: unknown, context: GrpcCall) => this.unary(path, handlers[key] as AnyUnary, request, context);
    }
    this.server.add(definition, implementation as never);
    this.names.push(definition.fullName);
    this.health.setStatus('healthy', definition.fullName);
  }

  /** Listens on the given address; returns the port. `descriptorSet` is the file that reflection answers from. */
  async start(host: string, port: number, descriptorSet: string): Promise<number> {
    this.server.add(HealthDefinition, HealthServiceImpl(this.health));
    this.server.add(ServerReflectionService, ServerReflection(await readFile(descriptorSet), this.names));
    return this.server.listen(`${host}:${port}`);
  }

  /** Says so to health checkers, lets calls finish for the grace time, then ends them. */
  async stop(graceMs: number): Promise<void> {
    for (const name of ['', ...this.names]) this.health.setStatus('unhealthy', name);
    const timer = setTimeout(() => {
      for (const call of this.live) call.abort();
      this.server.forceShutdown();
    }, graceMs);
    await this.server.shutdown();
    clearTimeout(timer);
  }

  private async unary(path: string, handler: AnyUnary, request: unknown, context: GrpcCall): Promise<unknown> {
    const startedAt = performance.now();
    const { call, done } = this.open(context);
    let outcome = 'ok';
    try {
      this.authorize(context);
      return await handler(request, call);
    } catch (thrown) {
      outcome = this.fail(thrown, path, call, context);
      throw this.statusOf(thrown, call, context);
    } finally {
      done();
      this.observe(path, 'grpc', outcome, (performance.now() - startedAt) / 1_000);
    }
  }

  private async *stream(path: string, handler: AnyStream, request: unknown, context: GrpcCall): AsyncIterable<unknown> {
    const startedAt = performance.now();
    const { call, done } = this.open(context);
    let outcome = 'ok';
    try {
      this.authorize(context);
      yield* handler(request, call);
    } catch (thrown) {
      outcome = this.fail(thrown, path, call, context);
      throw this.statusOf(thrown, call, context);
    } finally {
      done();
      this.observe(path, 'grpc', outcome, (performance.now() - startedAt) / 1_000);
    }
  }

  private open(context: GrpcCall): { call: CallContext; done: () => void } {
    const read = (name: string): string | undefined => {
      const value = context.metadata.get(name);
      return typeof value === 'string' ? value : undefined;
    };
    const ended = new AbortController();
    this.live.add(ended);
    const deadlineMs = Number(read(HEADER.deadlineMs) ?? 0);
    const timer = deadlineMs > 0 ? setTimeout(() => ended.abort(deadlineExceeded()), deadlineMs) : undefined;
    const call: CallContext = {
      projectId: read(HEADER.project) ?? '',
      requestId: read(HEADER.requestId) ?? '',
      signal: AbortSignal.any([context.signal, ended.signal]),
      deadline: deadlineMs > 0 ? new Date(Date.now() + deadlineMs) : null,
    };
    return {
      call,
      done: () => {
        clearTimeout(timer);
        this.live.delete(ended);
      },
    };
  }

  private authorize(context: GrpcCall): void {
    const presented = context.metadata.get('authorization');
    this.token.verify(presented?.startsWith('Bearer ') === true ? presented.slice('Bearer '.length) : undefined);
  }

  private fail(thrown: unknown, path: string, call: CallContext, context: GrpcCall): string {
    const error = toWire(thrown, call.signal);
    if (error.kind === 'internal') this.logger.error({ err: thrown, path, requestId: call.requestId }, 'call failed');
    for (const [name, value] of Object.entries(errorHeaders(error))) context.trailer.set(name, value);
    return error.kind;
  }

  private statusOf(thrown: unknown, call: CallContext, context: GrpcCall): unknown {
    // A call that the peer cancelled is over; its own abort is what the server library waits for.
    if (context.signal.aborted) return context.signal.reason ?? thrown;
    const error = toWire(thrown, call.signal);
    return new ServerError(GRPC_STATUS[error.kind], error.message);
  }
}
