import { Module } from '@nestjs/common';
import { GenerationsModule } from '../generations/generations.module.js';
import { CompleteText } from './complete-text/complete-text.js';
import { CompletionsController } from './completions.controller.js';

/** Texts that are written on. */
@Module({ imports: [GenerationsModule], controllers: [CompletionsController], providers: [CompleteText] })
export class CompletionsModule {}
