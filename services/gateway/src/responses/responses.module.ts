import { Module } from '@nestjs/common';
import { GenerationsModule } from '../generations/generations.module.js';
import { CreateResponse } from './create-response/create-response.js';
import { FitPrompt } from './fit-prompt.js';
import { PostgresResponseRepository } from './postgres-response.repository.js';
import { ReadResponse } from './read-response.js';
import { ResponseRepository } from './response.repository.js';
import { ResponsesController } from './responses.controller.js';
import { SearchPassages } from './search-passages.js';
import { WriteAnswer } from './write-answer.js';

/** Conversations that are kept, and answers from documents with their citations. */
@Module({
  imports: [GenerationsModule],
  controllers: [ResponsesController],
  providers: [{ provide: ResponseRepository, useClass: PostgresResponseRepository }, ReadResponse, SearchPassages, FitPrompt, WriteAnswer, CreateResponse],
})
export class ResponsesModule {}
