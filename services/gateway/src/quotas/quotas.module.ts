import { Global, Module } from '@nestjs/common';
import type { GatewayConfig } from '../config.js';
import { CONFIG } from '../platform.module.js';
import { GenerationQuota } from './generation-quota.js';
import { RequestQuota } from './request-quota.js';

const providers = [
  { provide: RequestQuota, inject: [CONFIG], useFactory: (config: GatewayConfig) => new RequestQuota(config.CONCH_REQUESTS_PER_MINUTE) },
  { provide: GenerationQuota, inject: [CONFIG], useFactory: (config: GatewayConfig) => new GenerationQuota(config.CONCH_CONCURRENT_GENERATIONS) },
];

/** How much a project may ask for at a time. */
@Global()
@Module({ providers, exports: providers })
export class QuotasModule {}
