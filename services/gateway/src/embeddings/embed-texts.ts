import { Inject, Injectable } from '@nestjs/common';
import type { GatewayConfig } from '../config.js';
import type { Caller } from '../http/caller.js';
import { Peers } from '../peers/peers.js';
import { CONFIG } from '../platform.module.js';
import { TokenQuota } from '../quotas/token-quota.js';
import type { EmbeddingInput, EmbeddingListView } from './embedding-operations.js';
import { numbersOf, shortened } from './vector.js';

/** Turns texts into vectors. */
@Injectable()
export class EmbedTexts {
  constructor(
    private readonly peers: Peers,
    private readonly tokens: TokenQuota,
    @Inject(CONFIG) private readonly config: Pick<GatewayConfig, 'CONCH_GENERATION_TIMEOUT_MS'>,
  ) {}

  async execute(input: EmbeddingInput, caller: Caller): Promise<EmbeddingListView> {
    this.tokens.check(caller.projectId);
    const texts = typeof input.input === 'string' ? [input.input] : input.input;
    // Thousands of texts take longer than a usual call may.
    const call = { ...caller, timeoutMs: this.config.CONCH_GENERATION_TIMEOUT_MS };
    const { embeddings, promptTokens } = await this.peers.generation.embed({ model: input.model, texts }, call);
    return {
      object: 'list',
      data: embeddings.map(({ vector }, index) => {
        const kept = shortened(Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength), input.dimensions);
        return { object: 'embedding', index, embedding: input.encoding_format === 'base64' ? kept.toString('base64') : numbersOf(kept) };
      }),
      model: input.model,
      usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
    };
  }
}
