import type { GenerationServiceDefinition } from '@conch/contracts/inference';
import { Refusal } from '@conch/errors';
import type { GrpcClient } from '@conch/rpc';
import { Embedder } from './embedder.js';

export interface RpcEmbedderOptions {
  readonly model: string;
  readonly dimensions: number;
  readonly timeoutMs: number;
}

/** Vectors from the inference service. */
export class RpcEmbedder extends Embedder {
  constructor(
    private readonly generation: Pick<GrpcClient<typeof GenerationServiceDefinition>, 'embed'>,
    private readonly options: RpcEmbedderOptions,
  ) {
    super();
  }

  override async embed(projectId: string, texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const { model, timeoutMs } = this.options;
    const { embeddings } = await this.generation.embed({ model, texts }, { projectId, timeoutMs, signal });
    if (embeddings.length !== texts.length) {
      throw new Refusal('internal', 'EMBEDDINGS_MISSING', `the embedding model ${model} gave ${embeddings.length} vectors for ${texts.length} texts`);
    }
    return embeddings.map(({ vector }) => this.read(vector));
  }

  private read(bytes: Buffer): Float32Array {
    const { dimensions, model } = this.options;
    if (bytes.length !== dimensions * 4) {
      throw new Refusal(
        'precondition',
        'EMBEDDING_DIMENSIONS',
        `the embedding model ${model} makes vectors of ${bytes.length / 4} numbers; the index holds ${dimensions}`,
      );
    }
    return Float32Array.from({ length: dimensions }, (_, at) => bytes.readFloatLE(at * 4));
  }
}
