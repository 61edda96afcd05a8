import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Operations } from './operations.js';

/** What the gateway serves. */
@Global()
@Module({ imports: [DiscoveryModule], providers: [Operations], exports: [Operations] })
export class HttpModule {}
