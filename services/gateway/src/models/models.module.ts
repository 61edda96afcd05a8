import { Module } from '@nestjs/common';
import { ModelsController } from './models.controller.js';

/** Models as OpenAI's clients know them. */
@Module({ controllers: [ModelsController] })
export class ModelsModule {}
