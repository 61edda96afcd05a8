import { Module } from '@nestjs/common';
import { GenerationsModule } from '../generations/generations.module.js';
import { GenerateText } from './generate-text.js';
import { GenerateController } from './generate.controller.js';

/** One question, one answer. */
@Module({ imports: [GenerationsModule], controllers: [GenerateController], providers: [GenerateText] })
export class GenerateModule {}
