import 'reflect-metadata';
import { JobsServiceDefinition, RunnerServiceDefinition } from '@conch/contracts/training';
import { OutboxRelay } from '@conch/events';
import { ServiceProcess } from '@conch/process';
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
const service = await ServiceProcess.open<TrainingDatabase>({ service: 'training', config, migrations });
const app = await NestFactory.createApplicationContext(AppModule.with(config, service.foundations), { logger: ['error', 'warn'] });
const rpc = service.rpcServer().add(JobsServiceDefinition, app.get(JobsController)).add(RunnerServiceDefinition, app.get(RunnerController));
await service.run([
  { stop: () => app.close() },
  app.get(OutboxRelay),
  app.get(PostgresJobFeed),
  // The doors before the loops, so that runners that are alive can say so before anybody looks for them.
  { start: () => rpc.start(), stop: () => rpc.stop(STOP_GRACE_MS) },
  app.get(TrainingLoops),
]);
