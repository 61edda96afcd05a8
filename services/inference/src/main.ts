import 'reflect-metadata';
import { DeploymentsServiceDefinition, GenerationServiceDefinition } from '@conch/contracts/inference';
import { EventConsumer, OutboxRelay } from '@conch/events';
import { ServiceProcess } from '@conch/process';
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
const service = await ServiceProcess.open<InferenceDatabase>({ service: 'inference', config, migrations });
const app = await NestFactory.createApplicationContext(AppModule.with(config, service.foundations), { logger: ['error', 'warn'] });
const rpc = service
  .rpcServer()
  .add(GenerationServiceDefinition, app.get(GenerationsController))
  .add(DeploymentsServiceDefinition, app.get(DeploymentsController));
await service.run(
  [
    { stop: () => app.close() },
    app.get(ReconcileDeployments),
    app.get(Embedder),
    app.get(OutboxRelay),
    app.get(EventConsumer),
    { start: () => rpc.start(), stop: () => rpc.stop(STOP_GRACE_MS) },
  ],
  {
    triton: async () => {
      if (!(await app.get(ModelServer).isLive())) throw new Error('Triton does not answer');
    },
    embedder: () => app.get(Embedder).check(),
  },
);
