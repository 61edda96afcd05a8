import type { Logger, Metrics } from '@conch/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Handlers, ServiceContract } from './contract.js';
import { GrpcDoor } from './grpc-door.js';
import { observeCalls } from './instruments.js';
import { NatsDoor } from './nats-door.js';
import { TokenCheck } from './token.js';

export interface RpcServerOptions {
  /** The service's name: its NATS subject part and queue group. */
  readonly service: string;
  readonly nats: NatsConnection | null;
  readonly grpcHost?: string;
  /** 0 takes a free port. */
  readonly grpcPort: number;
  readonly serviceToken: string;
  /** File with the descriptors of the contracts, for server reflection. */
  readonly descriptorSet: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** One controller, two doors: unary methods over NATS and gRPC, streams over gRPC. */
export class RpcServer {
  private readonly natsDoor: NatsDoor | null;
  private readonly grpcDoor: GrpcDoor;

  constructor(private readonly options: RpcServerOptions) {
    const token = new TokenCheck(options.serviceToken);
    const observe = observeCalls(options.metrics);
    this.natsDoor = options.nats === null ? null : new NatsDoor(options.nats, options.service, token, options.logger, observe);
    this.grpcDoor = new GrpcDoor(token, options.logger, observe);
  }

  /** Serves a contract with the given handlers, usually a controller. */
  add<D extends ServiceContract>(definition: D, handlers: Handlers<D>): this {
    const bound: Record<string, unknown> = {};
    const methods = handlers as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const key of Object.keys(definition.methods)) {
      const handler = methods[key];
      if (handler === undefined) throw new Error(`${definition.fullName}: no handler for ${key}`);
      bound[key] = handler.bind(handlers);
    }
    this.natsDoor?.add(definition, bound);
    this.grpcDoor.add(definition, bound);
    return this;
  }

  /** Opens both doors; returns the gRPC port. */
  async start(): Promise<number> {
    const port = await this.grpcDoor.start(this.options.grpcHost ?? '127.0.0.1', this.options.grpcPort, this.options.descriptorSet);
    this.natsDoor?.start();
    return port;
  }

  /** Takes no more calls, waits for those under way at most `graceMs`, then ends them. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all([this.natsDoor?.stop(), this.grpcDoor.stop(graceMs)]);
  }
}
