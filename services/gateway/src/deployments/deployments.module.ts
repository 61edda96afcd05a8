import { Module } from '@nestjs/common';
import { DeploymentsController } from './deployments.controller.js';

/** What is served. */
@Module({ controllers: [DeploymentsController] })
export class DeploymentsModule {}
