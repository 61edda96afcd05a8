import { Refusal } from '@conch/errors';
import type { Logger, Metrics } from '@conch/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import { CallDesk } from './call-desk.js';
import type { Handlers, ServiceContract } from './contract.js';
import { GrpcDoor } from './grpc-door.js';
import { NatsDoor } from './nats-door.js';

export interface RpcServerOptions {
  /** The service's name: its NATS subject part and queue group. */
  readonly service: string;
  readonly nats: NatsConnection | null;
  readonly grpcHost?: string;
  /** 0 takes a free port. */
  readonly grpcPort: number;
  readonly serviceToken: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** One controller, two doors: unary methods over NATS and gRPC, streams over gRPC. */
export class RpcServer {
  private readonly desk: CallDesk;
  private readonly natsDoor: NatsDoor | null;
  private readonly grpcDoor: GrpcDoor;

  constructor(private readonly options: RpcServerOptions) {
    this.desk = new CallDesk(options.serviceToken, options.logger, options.metrics);
    this.natsDoor = options.nats === null ? null : new NatsDoor(options.nats, options.service, this.desk, options.logger);
    this.grpcDoor = new GrpcDoor(this.desk);
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
    const port = await this.grpcDoor.start(this.options.grpcHost ?? '127.0.0.1', this.options.grpcPort);
    await this.natsDoor?.start();
    return port;
  }

  /**
   * Takes no more calls and waits for those under way. After `graceMs` their signals abort, and whatever has not ended
   * `LAST_WORDS_MS` later is cut off.
   */
  async stop(graceMs: number): Promise<void> {
    this.grpcDoor.leave();
    let cutOff = (): void => undefined;
    const cut = new Promise<void>((resolve) => {
      cutOff = resolve;
    });
    const timers = [
      setTimeout(() => this.desk.endAll(SHUTTING_DOWN), graceMs),
      setTimeout(() => {
        this.grpcDoor.cut();
        cutOff();
      }, graceMs + LAST_WORDS_MS),
    ];
    await Promise.race([Promise.all([this.natsDoor?.drain(), this.grpcDoor.drain()]), cut]);
    for (const timer of timers) clearTimeout(timer);
  }
}

/** How long handlers have to end after their signal was aborted. */
const LAST_WORDS_MS = 500;

const SHUTTING_DOWN = new Refusal('unavailable', 'SERVICE_STOPPING', 'The service is being restarted. Try again in a few seconds.');
