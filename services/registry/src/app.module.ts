import { FolderArtifactStore } from '@conch/artifacts';
import { Outbox, OutboxRelay } from '@conch/events';
import type { Foundations } from '@conch/process';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { RegistryConfig } from './config.js';
import type { RegistryDatabase } from './database.js';
import { DeleteModel } from './models/delete-model/delete-model.js';
import { ModelRepository } from './models/model.repository.js';
import { ModelsController } from './models/models.controller.js';
import { PostgresModelRepository } from './models/postgres-model.repository.js';
import { RegisterVersion } from './models/register-version/register-version.js';
import { RemoveAlias } from './models/remove-alias/remove-alias.js';
import { ResolveModel } from './models/resolve-model/resolve-model.js';
import { SetAlias } from './models/set-alias/set-alias.js';

function providers(config: RegistryConfig, { database, nats, logger, metrics }: Foundations<RegistryDatabase>): Provider[] {
  return [
    { provide: ModelRepository, useFactory: () => new PostgresModelRepository(database, new Outbox<RegistryDatabase>(), () => new Date()) },
    { provide: ResolveModel, inject: [ModelRepository], useFactory: (models: ModelRepository) => new ResolveModel(models) },
    {
      provide: ModelsController,
      inject: [ModelRepository, ResolveModel],
      useFactory: (models: ModelRepository, resolve: ResolveModel) =>
        new ModelsController(models, {
          register: new RegisterVersion(models, new FolderArtifactStore(config.CONCH_ARTIFACT_DIR)),
          resolve,
          remove: new DeleteModel(models, resolve),
          setAlias: new SetAlias(models, resolve),
          removeAlias: new RemoveAlias(models, resolve),
        }),
    },
    { provide: OutboxRelay, useFactory: () => new OutboxRelay({ database, nats, logger, metrics }) },
  ];
}

/** The wiring diagram of the registry. */
@Module({})
export class AppModule {
  static with(config: RegistryConfig, connections: Foundations<RegistryDatabase>): DynamicModule {
    const parts = providers(config, connections);
    return { module: AppModule, providers: parts, exports: parts };
  }
}
