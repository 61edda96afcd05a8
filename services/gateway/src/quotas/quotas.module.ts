import type { Logger } from '@conch/telemetry';
import { Global, Module } from '@nestjs/common';
import type { GatewayConfig } from '../config.js';
import { CONFIG, LOGGER } from '../platform.module.js';
import { UsageLedger } from '../usage/usage-ledger.js';
import { GenerationQuota } from './generation-quota.js';
import { RequestQuota } from './request-quota.js';
import { TokenQuota } from './token-quota.js';

const providers = [
  { provide: RequestQuota, inject: [CONFIG], useFactory: (config: GatewayConfig) => new RequestQuota(config.CONCH_REQUESTS_PER_MINUTE) },
  {
    provide: TokenQuota,
    inject: [CONFIG, UsageLedger, LOGGER],
    useFactory: (config: GatewayConfig, ledger: UsageLedger, logger: Logger) => new TokenQuota(config.CONCH_TOKENS_PER_DAY ?? null, ledger, logger),
  },
  {
    provide: GenerationQuota,
    inject: [CONFIG, TokenQuota],
    useFactory: (config: GatewayConfig, tokens: TokenQuota) => new GenerationQuota(config.CONCH_CONCURRENT_GENERATIONS, tokens),
  },
];

/** How much a project may ask for at a time. */
@Global()
@Module({ providers, exports: providers })
export class QuotasModule {}
