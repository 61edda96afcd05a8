import 'reflect-metadata';
import { DatasetsServiceDefinition, FilesServiceDefinition } from '@conch/contracts/datasets';
import { OutboxRelay, ensureStreams } from '@conch/events';
import { RpcServer, connectNats } from '@conch/rpc';
import { openDatabase } from '@conch/storage';
import { createLogger, createMetrics, startHealthServer, startTracing } from '@conch/telemetry';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readDatasetsConfig } from './config.js';
import { type DatasetsDatabase, migrations } from './database.js';
import { ExpireFiles } from './files/expire-files/expire-files.js';
import { FilesController } from './files/files.controller.js';
import { DatasetsController } from './versions/datasets.controller.js';

const STOP_GRACE_MS = 10_000;

const config = readDatasetsConfig(process.env);
const logger = createLogger({ service: 'datasets', level: config.CONCH_LOG_LEVEL });
const metrics = createMetrics('datasets');
const tracing = startTracing({ service: 'datasets', otlpUrl: config.CONCH_OTLP_URL });
const database = openDatabase<DatasetsDatabase>({ url: config.CONCH_DATABASE_URL, service: 'datasets', logger });
await database.migrate(migrations);
const nats = await connectNats({ url: config.CONCH_NATS_URL, user: config.CONCH_NATS_USER, password: config.CONCH_NATS_PASSWORD, name: 'datasets', logger });
await ensureStreams(nats);

const app = await NestFactory.createApplicationContext(AppModule.with(config, { database, nats, logger, metrics }), { logger: ['error', 'warn'] });
const rpc = new RpcServer({
  service: 'datasets',
  nats,
  grpcPort: config.CONCH_GRPC_PORT,
  serviceToken: config.CONCH_SERVICE_TOKEN,
  logger,
  metrics,
})
  .add(FilesServiceDefinition, app.get(FilesController))
  .add(DatasetsServiceDefinition, app.get(DatasetsController));
await app.get(OutboxRelay).start();
app.get(ExpireFiles).start();
await rpc.start();
const health = await startHealthServer({
  port: config.CONCH_HEALTH_PORT,
  metrics,
  checks: { database: () => database.ping(), nats: () => nats.flush() },
});
logger.info({ grpcPort: config.CONCH_GRPC_PORT }, 'datasets is up');

process.once('SIGTERM', () => {
  void (async () => {
    await health.close();
    await rpc.stop(STOP_GRACE_MS);
    await app.get(ExpireFiles).stop();
    await app.get(OutboxRelay).stop();
    await nats.drain();
    await app.close();
    await database.close();
    await tracing.shutdown();
  })().finally(() => process.exit(0));
});
