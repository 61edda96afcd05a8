import 'reflect-metadata';
import { RegistryServiceDefinition } from '@conch/contracts/registry';
import { OutboxRelay, ensureStreams } from '@conch/events';
import { RpcServer, connectNats } from '@conch/rpc';
import { openDatabase } from '@conch/storage';
import { createLogger, createMetrics, startHealthServer, startTracing } from '@conch/telemetry';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readRegistryConfig } from './config.js';
import { type RegistryDatabase, migrations } from './database.js';
import { ModelsController } from './models/models.controller.js';

const STOP_GRACE_MS = 10_000;

const config = readRegistryConfig(process.env);
const logger = createLogger({ service: 'registry', level: config.CONCH_LOG_LEVEL });
const metrics = createMetrics('registry');
const tracing = startTracing({ service: 'registry', otlpUrl: config.CONCH_OTLP_URL });
const database = openDatabase<RegistryDatabase>({ url: config.CONCH_DATABASE_URL, service: 'registry', logger });
await database.migrate(migrations);
const nats = await connectNats({ url: config.CONCH_NATS_URL, user: config.CONCH_NATS_USER, password: config.CONCH_NATS_PASSWORD, name: 'registry', logger });
await ensureStreams(nats);

const app = await NestFactory.createApplicationContext(AppModule.with(config, { database, nats, logger, metrics }), { logger: ['error', 'warn'] });
const rpc = new RpcServer({
  service: 'registry',
  nats,
  grpcPort: config.CONCH_GRPC_PORT,
  serviceToken: config.CONCH_SERVICE_TOKEN,
  logger,
  metrics,
}).add(RegistryServiceDefinition, app.get(ModelsController));
await app.get(OutboxRelay).start();
await rpc.start();
const health = await startHealthServer({
  port: config.CONCH_HEALTH_PORT,
  metrics,
  checks: { database: () => database.ping(), nats: () => nats.flush() },
});
logger.info({ grpcPort: config.CONCH_GRPC_PORT }, 'registry is up');

process.once('SIGTERM', () => {
  void (async () => {
    await health.close();
    await rpc.stop(STOP_GRACE_MS);
    await app.get(OutboxRelay).stop();
    await nats.drain();
    await app.close();
    await database.close();
    await tracing.shutdown();
  })().finally(() => process.exit(0));
});
