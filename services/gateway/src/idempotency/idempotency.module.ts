import { Global, Module } from '@nestjs/common';
import { ForgetRequests } from './forget-requests.js';
import { IdempotentRequests } from './idempotent-requests.js';

/** One effect for one Idempotency-Key. */
@Global()
@Module({ providers: [IdempotentRequests, ForgetRequests], exports: [IdempotentRequests] })
export class IdempotencyModule {}
