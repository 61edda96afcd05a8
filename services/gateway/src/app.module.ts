import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ChatModule } from './chat/chat.module.js';
import { CompletionsModule } from './completions/completions.module.js';
import type { GatewayConfig } from './config.js';
import { DatasetsModule } from './datasets/datasets.module.js';
import { DeploymentsModule } from './deployments/deployments.module.js';
import { DocsModule } from './docs/docs.module.js';
import { EmbeddingsModule } from './embeddings/embeddings.module.js';
import { FilesModule } from './files/files.module.js';
import { FineTuningModule } from './fine-tuning/fine-tuning.module.js';
import { GenerateModule } from './generate/generate.module.js';
import { HomeModule } from './home/home.module.js';
import { HttpModule } from './http/http.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { ModelsModule } from './models/models.module.js';
import { type Connections, PlatformModule } from './platform.module.js';
import { QuotasModule } from './quotas/quotas.module.js';
import { RegistryModule } from './registry/registry.module.js';
import { ResponsesModule } from './responses/responses.module.js';
import { UsageModule } from './usage/usage.module.js';
import { VectorStoresModule } from './vector-stores/vector-stores.module.js';

/** The wiring diagram of the gateway: one line a capability. */
@Module({})
export class AppModule {
  static with(config: GatewayConfig, connections: Connections): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(config, connections),
        HttpModule,
        AuthModule,
        UsageModule,
        QuotasModule,
        IdempotencyModule,
        AuditModule,
        HomeModule,
        DocsModule,
        FilesModule,
        DatasetsModule,
        FineTuningModule,
        ModelsModule,
        RegistryModule,
        DeploymentsModule,
        ChatModule,
        CompletionsModule,
        GenerateModule,
        EmbeddingsModule,
        ResponsesModule,
        VectorStoresModule,
      ],
    };
  }
}
