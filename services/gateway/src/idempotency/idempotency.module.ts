import { Global, Module } from '@nestjs/common';
import { IdempotentRequests } from './idempotent-requests.js';

/** One effect for one Idempotency-Key. */
@Global()
@Module({ providers: [IdempotentRequests], exports: [IdempotentRequests] })
export class IdempotencyModule {}
