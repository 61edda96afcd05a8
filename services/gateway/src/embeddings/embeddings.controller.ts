import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { Serve } from '../http/serve.js';
import { EmbedTexts } from './embed-texts.js';
import { type EmbeddingListView, createEmbedding } from './embedding-operations.js';

/** Vectors for texts. */
@Controller()
export class EmbeddingsController {
  constructor(private readonly embedding: EmbedTexts) {}

  @Serve(createEmbedding)
  create(@Input(createEmbedding) { body }: InputOf<typeof createEmbedding>, @From() caller: Caller): Promise<EmbeddingListView> {
    return this.embedding.execute(body, caller);
  }
}
