import 'reflect-metadata';
import { DeploymentsServiceDefinition, GenerationServiceDefinition } from '@conch/contracts/inference';
import { EventConsumer, OutboxRelay, ensureStreams } from '@conch/events';
import { RpcServer, connectNats } from '@conch/rpc';
import { openDatabase } from '@conch/storage';
import { createLogger, createMetrics, startHealthServer, startTracing } from '@conch/telemetry';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readInferenceConfig } from './config.js';
import { type InferenceDatabase, migrations } from './database.js';
import { DeploymentsController } from './deployments/deployments.controller.js';
import { ReconcileDeployments } from './deployments/reconcile-deployments/reconcile-deployments.js';
import { Embedder } from './embedder.js';
import { GenerationsController } from './generations/generations.controller.js';
import { ModelServer } from './triton/model-server.js';

const STOP_GRACE_MS = 10_000;

const config = readInferenceConfig(process.env);
const logger = createLogger({ service: 'inference', level: config.CONCH_LOG_LEVEL });
const metrics = createMetrics('inference');
const tracing = startTracing({ service: 'inference', otlpUrl: config.CONCH_OTLP_URL });
const database = openDatabase<InferenceDatabase>({ url: config.CONCH_DATABASE_URL, service: 'inference', logger });
await database.migrate(migrations);
const nats = await connectNats({ url: config.CONCH_NATS_URL, user: config.CONCH_NATS_USER, password: config.CONCH_NATS_PASSWORD, name: 'inference', logger });
await ensureStreams(nats);

const app = await NestFactory.createApplicationContext(AppModule.with(config, { database, nats, logger, metrics }), { logger: ['error', 'warn'] });
const rpc = new RpcServer({
  service: 'inference',
  nats,
  grpcPort: config.CONCH_GRPC_PORT,
  serviceToken: config.CONCH_SERVICE_TOKEN,
  logger,
  metrics,
})
  .add(GenerationServiceDefinition, app.get(GenerationsController))
  .add(DeploymentsServiceDefinition, app.get(DeploymentsController));
app.get(ReconcileDeployments).start();
app.get(Embedder).start();
await app.get(OutboxRelay).start();
await app.get(EventConsumer).start();
await rpc.start();
const health = await startHealthServer({
  port: config.CONCH_HEALTH_PORT,
  metrics,
  checks: {
    database: () => database.ping(),
    nats: () => nats.flush(),
    triton: async () => {
      if (!(await app.get(ModelServer).isLive())) throw new Error('Triton does not answer');
    },
    embedder: () => app.get(Embedder).check(),
  },
});
logger.info({ grpcPort: config.CONCH_GRPC_PORT }, 'inference is up');

process.once('SIGTERM', () => {
  void (async () => {
    await health.close();
    await rpc.stop(STOP_GRACE_MS);
    app.get(Embedder).stop();
    await app.get(ReconcileDeployments).stop();
    await app.get(EventConsumer).stop();
    await app.get(OutboxRelay).stop();
    await nats.drain();
    await app.close();
    await database.close();
    await tracing.shutdown();
  })().finally(() => process.exit(0));
});
