import type { ServiceConfig } from '@conch/config';
import { ensureStreams } from '@conch/events';
import { RpcServer, closeGrpcChannels, connectNats } from '@conch/rpc';
import { type Database, type Migrations, openDatabase } from '@conch/storage';
import { type HealthChecks, type Logger, type Metrics, createLogger, createMetrics, startHealthServer, startTracing } from '@conch/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';

/** What a service is opened with. */
export interface ServiceProcessOptions {
  readonly service: string;
  readonly config: ServiceConfig;
  readonly migrations: Migrations;
}

/** What every service stands on, open and ready. */
export interface Foundations<DB> {
  readonly database: Database<DB>;
  readonly nats: NatsConnection;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Something that runs, or stays open, as long as its process does. */
export interface Part {
  start?(): unknown;
  stop(): unknown;
}

/** A service's process: opens what every service stands on, runs the service's parts, and on SIGTERM ends them in the opposite order. */
export class ServiceProcess<DB> {
  private running: readonly Part[] = [];
  private readonly onTerminate = (): void => void this.stop().finally(() => process.exit(0));

  private constructor(
    private readonly options: ServiceProcessOptions,
    readonly foundations: Foundations<DB>,
    private readonly tracing: { shutdown(): Promise<void> },
  ) {}

  /** Opens logs, metrics, traces, the migrated database, and NATS with its streams; waits for those of them that are still coming up. */
  static async open<DB>(options: ServiceProcessOptions): Promise<ServiceProcess<DB>> {
    const { service, config, migrations } = options;
    const logger = createLogger({ service, level: config.CONCH_LOG_LEVEL });
    const tracing = startTracing({ service, otlpUrl: config.CONCH_OTLP_URL });
    const database = openDatabase<DB>({ url: config.CONCH_DATABASE_URL, service, logger });
    await database.migrate(migrations);
    const nats = await connectNats({ url: config.CONCH_NATS_URL, user: config.CONCH_NATS_USER, password: config.CONCH_NATS_PASSWORD, name: service, logger });
    await ensureStreams(nats);
    return new ServiceProcess<DB>(options, { database, nats, logger, metrics: createMetrics(service) }, tracing);
  }

  /** The service's two doors, still closed; one that nobody calls over NATS has none there. */
  rpcServer({ isOnNats = true }: { readonly isOnNats?: boolean } = {}): RpcServer {
    const { service, config } = this.options;
    const { nats, logger, metrics } = this.foundations;
    return new RpcServer({
      service,
      nats: isOnNats ? nats : null,
      grpcPort: config.CONCH_GRPC_PORT,
      serviceToken: config.CONCH_SERVICE_TOKEN,
      logger,
      metrics,
    });
  }

  /** Starts the parts in their order and then tells by the health server how they are; `checks` come beside those of database and NATS. */
  async run(parts: readonly Part[], checks: HealthChecks = {}): Promise<void> {
    const { database, nats, logger, metrics } = this.foundations;
    for (const part of parts) await part.start?.();
    const health = await startHealthServer({
      port: this.options.config.CONCH_HEALTH_PORT,
      metrics,
      checks: { database: () => database.ping(), nats: () => nats.flush(), ...checks },
    });
    logger.info(`${this.options.service} is up`);
    this.running = [...parts, { stop: () => health.close() }];
    process.once('SIGTERM', this.onTerminate);
  }

  /** Ends what runs, the last started first, and then closes what it stood on. */
  async stop(): Promise<void> {
    for (const part of this.running.toReversed()) await part.stop();
    this.running = [];
    process.removeListener('SIGTERM', this.onTerminate);
    closeGrpcChannels();
    const { database, nats } = this.foundations;
    await nats.drain();
    await database.close();
    await this.tracing.shutdown();
  }
}
