import 'reflect-metadata';
import { join } from 'node:path';
import { StoresServiceDefinition } from '@conch/contracts/retrieval';
import { EventConsumer, OutboxRelay, ensureStreams } from '@conch/events';
import { RpcServer, closeGrpcChannels, connectNats } from '@conch/rpc';
import { openDatabase } from '@conch/storage';
import { createLogger, createMetrics, startHealthServer, startTracing } from '@conch/telemetry';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { EmbedderTokenizer } from './chunking/embedder-tokenizer.js';
import { readRetrievalConfig } from './config.js';
import { type RetrievalDatabase, migrations } from './database.js';
import { IndexingWorker } from './documents/indexing-worker.js';
import { StoresController } from './stores/stores.controller.js';

const STOP_GRACE_MS = 10_000;

const config = readRetrievalConfig(process.env);
const logger = createLogger({ service: 'retrieval', level: config.CONCH_LOG_LEVEL });
const metrics = createMetrics('retrieval');
const tracing = startTracing({ service: 'retrieval', otlpUrl: config.CONCH_OTLP_URL });
const counter = await EmbedderTokenizer.open(config.CONCH_EMBEDDING_DIR ?? join(config.CONCH_ENV_DIR, 'embedder'));
const database = openDatabase<RetrievalDatabase>({ url: config.CONCH_DATABASE_URL, service: 'retrieval', logger });
await database.migrate(migrations);
const nats = await connectNats({ url: config.CONCH_NATS_URL, user: config.CONCH_NATS_USER, password: config.CONCH_NATS_PASSWORD, name: 'retrieval', logger });
await ensureStreams(nats);

const app = await NestFactory.createApplicationContext(AppModule.with(config, { database, nats, counter, logger, metrics }), { logger: ['error', 'warn'] });
const rpc = new RpcServer({
  service: 'retrieval',
  nats,
  grpcPort: config.CONCH_GRPC_PORT,
  serviceToken: config.CONCH_SERVICE_TOKEN,
  logger,
  metrics,
}).add(StoresServiceDefinition, app.get(StoresController));
await app.get(OutboxRelay).start();
await app.get(EventConsumer).start();
await app.get(IndexingWorker).start();
await rpc.start();
const health = await startHealthServer({
  port: config.CONCH_HEALTH_PORT,
  metrics,
  checks: { database: () => database.ping(), nats: () => nats.flush() },
});
logger.info({ grpcPort: config.CONCH_GRPC_PORT }, 'retrieval is up');

process.once('SIGTERM', () => {
  void (async () => {
    await health.close();
    await rpc.stop(STOP_GRACE_MS);
    await app.get(IndexingWorker).stop();
    await app.get(EventConsumer).stop();
    await app.get(OutboxRelay).stop();
    await nats.drain();
    await app.close();
    closeGrpcChannels();
    await database.close();
    await tracing.shutdown();
  })().finally(() => process.exit(0));
});
