import { Module } from '@nestjs/common';
import { EmbedTexts } from './embed-texts.js';
import { EmbeddingsController } from './embeddings.controller.js';

/** Texts as vectors. */
@Module({ controllers: [EmbeddingsController], providers: [EmbedTexts] })
export class EmbeddingsModule {}
