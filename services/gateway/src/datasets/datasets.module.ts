import { Module } from '@nestjs/common';
import { DatasetsController } from './datasets.controller.js';

/** Versions of training data. */
@Module({ controllers: [DatasetsController] })
export class DatasetsModule {}
