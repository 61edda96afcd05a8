import { join } from 'node:path';
import { FolderArtifactStore } from '@conch/artifacts';
import { RegistryServiceDefinition } from '@conch/contracts/registry';
import { EventConsumer, Outbox, OutboxRelay } from '@conch/events';
import type { Foundations } from '@conch/process';
import { createNatsClient } from '@conch/rpc';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { InferenceConfig } from './config.js';
import type { InferenceDatabase } from './database.js';
import { AwaitReady } from './deployments/await-ready.js';
import { DeploymentRepository } from './deployments/deployment.repository.js';
import { DeploymentsController } from './deployments/deployments.controller.js';
import { EnsureDeployment } from './deployments/ensure-deployment/ensure-deployment.js';
import { PostgresDeploymentRepository } from './deployments/postgres-deployment.repository.js';
import { ReconcileDeployments } from './deployments/reconcile-deployments/reconcile-deployments.js';
import { RemoveDeployment } from './deployments/remove-deployment/remove-deployment.js';
import { Embedder } from './embedder.js';
import { CountTokens } from './generations/count-tokens.js';
import { Embed } from './generations/embed/embed.js';
import { Generate } from './generations/generate/generate.js';
import { GenerationMeter } from './generations/generation-meter.js';
import { GenerationsController } from './generations/generations.controller.js';
import { ModelCatalog } from './models/model-catalog.js';
import { ModelRepository } from './triton/model-repository.js';
import { ModelServer } from './triton/model-server.js';
import { TritonChannel } from './triton/triton-channel.js';
import { TritonModelServer } from './triton/triton-model-server.js';

const EMBEDDER_NAME = 'embedder';

function modelServer(config: InferenceConfig): TritonModelServer {
  const repository = new ModelRepository({
    root: config.CONCH_TRITON_MODEL_DIR,
    source: join(config.CONCH_REPO_DIR, 'services', 'inference', 'triton'),
    sitePackages: join(config.CONCH_ENV_DIR, 'serving', 'lib', 'python3.11', 'site-packages'),
    engine: { maxSequences: config.CONCH_MAX_SEQUENCES, maxQueued: config.CONCH_MAX_QUEUED, kvCacheMb: config.CONCH_KV_CACHE_MB },
  });
  return new TritonModelServer(new TritonChannel(config.CONCH_TRITON_GRPC), repository);
}

function providers(config: InferenceConfig, { database, nats, logger, metrics }: Foundations<InferenceDatabase>): Provider[] {
  const outbox = new Outbox<InferenceDatabase>();
  const registry = createNatsClient(RegistryServiceDefinition, {
    nats,
    service: 'registry',
    serviceToken: config.CONCH_SERVICE_TOKEN,
    defaultTimeoutMs: 5_000,
  });
  const embedderFolder = config.CONCH_EMBEDDING_DIR ?? join(config.CONCH_ENV_DIR, 'embedder');
  return [
    { provide: ModelServer, useFactory: () => modelServer(config) },
    {
      provide: ModelCatalog,
      useFactory: () => new ModelCatalog(registry, new FolderArtifactStore(config.CONCH_ARTIFACT_DIR), join(config.CONCH_STATE_DIR, 'serving')),
    },
    { provide: DeploymentRepository, useFactory: () => new PostgresDeploymentRepository(database, outbox) },
    { provide: GenerationMeter, useFactory: () => new GenerationMeter(metrics, database, outbox, logger) },
    {
      provide: ReconcileDeployments,
      inject: [DeploymentRepository, ModelServer, ModelCatalog],
      useFactory: (deployments: DeploymentRepository, server: ModelServer, catalog: ModelCatalog) =>
        new ReconcileDeployments(deployments, server, catalog, logger, config.CONCH_RECONCILE_INTERVAL_MS),
    },
    {
      provide: EnsureDeployment,
      inject: [DeploymentRepository, ReconcileDeployments],
      useFactory: (deployments: DeploymentRepository, reconciler: ReconcileDeployments) => new EnsureDeployment(deployments, reconciler),
    },
    {
      provide: AwaitReady,
      inject: [DeploymentRepository, ReconcileDeployments],
      useFactory: (deployments: DeploymentRepository, reconciler: ReconcileDeployments) =>
        new AwaitReady(deployments, reconciler, config.CONCH_LOAD_TIMEOUT_MS),
    },
    {
      provide: RemoveDeployment,
      inject: [DeploymentRepository, ReconcileDeployments],
      useFactory: (deployments: DeploymentRepository, reconciler: ReconcileDeployments) => new RemoveDeployment(deployments, reconciler),
    },
    {
      provide: Generate,
      inject: [ModelCatalog, EnsureDeployment, AwaitReady, ReconcileDeployments, ModelServer, GenerationMeter],
      useFactory: (
        catalog: ModelCatalog,
        ensure: EnsureDeployment,
        ready: AwaitReady,
        reconciler: ReconcileDeployments,
        server: ModelServer,
        meter: GenerationMeter,
      ) => new Generate({ catalog, ensure, ready, reconciler, server, meter, maxOutputTokens: config.CONCH_MAX_OUTPUT_TOKENS }),
    },
    {
      provide: Embed,
      inject: [ModelServer, GenerationMeter],
      useFactory: (server: ModelServer, meter: GenerationMeter) => new Embed(server, EMBEDDER_NAME, config.CONCH_EMBEDDING_MODEL, meter),
    },
    {
      provide: Embedder,
      inject: [ModelServer],
      useFactory: (server: ModelServer) =>
        new Embedder(
          server,
          { name: EMBEDDER_NAME, kind: 'embedding', folder: embedderFolder, weightFormat: 'fp32' },
          logger,
          config.CONCH_RECONCILE_INTERVAL_MS,
        ),
    },
    { provide: CountTokens, inject: [ModelCatalog], useFactory: (catalog: ModelCatalog) => new CountTokens(catalog) },
    {
      provide: GenerationsController,
      inject: [Generate, Embed, CountTokens],
      useFactory: (generate: Generate, embed: Embed, count: CountTokens) => new GenerationsController(generate, embed, count),
    },
    {
      provide: DeploymentsController,
      inject: [ModelCatalog, DeploymentRepository, EnsureDeployment, RemoveDeployment],
      useFactory: (catalog: ModelCatalog, deployments: DeploymentRepository, ensure: EnsureDeployment, remove: RemoveDeployment) =>
        new DeploymentsController(catalog, deployments, ensure, remove),
    },
    { provide: OutboxRelay, useFactory: () => new OutboxRelay({ database, nats, logger, metrics }) },
    {
      provide: EventConsumer,
      inject: [ModelCatalog, RemoveDeployment],
      useFactory: (catalog: ModelCatalog, remove: RemoveDeployment) =>
        new EventConsumer({
          service: 'inference',
          name: 'models',
          subjects: ['conch.events.registry.version.registered', 'conch.events.registry.model.deleted'],
          database,
          nats,
          logger,
          handler: async (_tx, event) => {
            catalog.forget(event.message.model);
            if (event.subject === 'conch.events.registry.model.deleted') await remove.executeForModel(event.projectId, event.message.model);
          },
        }),
    },
  ];
}

/** The wiring diagram of the inference service. */
@Module({})
export class AppModule {
  static with(config: InferenceConfig, connections: Foundations<InferenceDatabase>): DynamicModule {
    const parts = providers(config, connections);
    return { module: AppModule, providers: parts, exports: parts };
  }
}
