import 'reflect-metadata';
import { JobsServiceDefinition, RunnerServiceDefinition } from '@conch/contracts/training';
import { OutboxRelay, ensureStreams } from '@conch/events';
import { RpcServer, connectNats } from '@conch/rpc';
import { openDatabase } from '@conch/storage';
import { createLogger, createMetrics, startHealthServer, startTracing } from '@conch/telemetry';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { RunnerController } from './attempts/runner.controller.js';
import { readTrainingConfig } from './config.js';
import { type TrainingDatabase, migrations } from './database.js';
import { JobsController } from './jobs/jobs.controller.js';
import { PostgresJobFeed } from './jobs/postgres-job-feed.js';
import { TrainingLoops } from './training-loops.js';

const STOP_GRACE_MS = 5_000;

const config = readTrainingConfig(process.env);
const logger = createLogger({ service: 'training', level: config.CONCH_LOG_LEVEL });
const metrics = createMetrics('training');
const tracing = startTracing({ service: 'training', otlpUrl: config.CONCH_OTLP_URL });
const database = openDatabase<TrainingDatabase>({ url: config.CONCH_DATABASE_URL, service: 'training', logger });
await database.migrate(migrations);
const nats = await connectNats({ url: config.CONCH_NATS_URL, user: config.CONCH_NATS_USER, password: config.CONCH_NATS_PASSWORD, name: 'training', logger });
await ensureStreams(nats);

const app = await NestFactory.createApplicationContext(AppModule.with(config, { database, nats, logger, metrics }), { logger: ['error', 'warn'] });
const rpc = new RpcServer({
  service: 'training',
  nats,
  grpcPort: config.CONCH_GRPC_PORT,
  serviceToken: config.CONCH_SERVICE_TOKEN,
  logger,
  metrics,
})
  .add(JobsServiceDefinition, app.get(JobsController))
  .add(RunnerServiceDefinition, app.get(RunnerController));
await app.get(OutboxRelay).start();
await app.get(PostgresJobFeed).start();
// The doors first, so that runners that are alive can say so before anybody looks for them.
await rpc.start();
await app.get(TrainingLoops).start();
const health = await startHealthServer({
  port: config.CONCH_HEALTH_PORT,
  metrics,
  checks: { database: () => database.ping(), nats: () => nats.flush() },
});
logger.info({ grpcPort: config.CONCH_GRPC_PORT }, 'training is up');

process.once('SIGTERM', () => {
  void (async () => {
    await health.close();
    await rpc.stop(STOP_GRACE_MS);
    await app.get(TrainingLoops).stop();
    await app.get(PostgresJobFeed).stop();
    await app.get(OutboxRelay).stop();
    await nats.drain();
    await app.close();
    await database.close();
    await tracing.shutdown();
  })().finally(() => process.exit(0));
});
