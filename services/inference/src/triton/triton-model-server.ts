import { type ServiceError, status } from '@grpc/grpc-js';
import { bytesTensor, inferRequest, outputBytes } from './tensors.js';
import { type GenerationPiece, ModelServer, type SamplingParameters, type ServedModel } from './model-server.js';
import { TritonChannel, isServerAway } from './triton-channel.js';
import { engineError, streamGeneration } from './triton-generation.js';
import type { ModelRepository } from './model-repository.js';
import { ModelServerLost } from './triton.errors.js';

const PROBE_TIMEOUT_MS = 2_000;
const LOAD_TIMEOUT_MS = 300_000;
const EMBED_TIMEOUT_MS = 60_000;

/** Triton over KServe v2 gRPC, under explicit model control. */
export class TritonModelServer extends ModelServer {
  constructor(
    private readonly channel: TritonChannel,
    private readonly repository: ModelRepository,
  ) {
    super();
  }

  override async isLive(): Promise<boolean> {
    return this.probe(async () => (await this.channel.unary('serverLive', {}, { timeoutMs: PROBE_TIMEOUT_MS })).live);
  }

  override async isReady(name: string): Promise<boolean> {
    return this.probe(async () => (await this.channel.unary('modelReady', { name, version: '' }, { timeoutMs: PROBE_TIMEOUT_MS })).ready);
  }

  override async load(model: ServedModel): Promise<void> {
    await this.repository.write(model);
    // An unchanged, already loaded model answers a load at once; one whose Python process died does not come back without an unload.
    await this.unloadFromServer(model.name);
    try {
      await this.channel.unary('repositoryModelLoad', { repositoryName: '', modelName: model.name, parameters: {} }, { timeoutMs: LOAD_TIMEOUT_MS });
    } catch (error) {
      if (isServerAway(error)) throw new ModelServerLost('it went away while loading', error);
      throw error;
    }
  }

  override async unload(name: string): Promise<void> {
    await this.unloadFromServer(name);
    await this.repository.remove(name);
  }

  override generate(name: string, prompt: string, sampling: SamplingParameters, signal: AbortSignal): AsyncIterable<GenerationPiece> {
    return streamGeneration(this.channel, name, prompt, sampling, signal);
  }

  override async embed(name: string, texts: readonly string[], signal: AbortSignal): Promise<{ vectors: Buffer[]; tokens: number[] }> {
    const request = inferRequest(name, '', [bytesTensor('text', texts)]);
    // The model batches requests of one shape; a row is one text.
    const input = request.inputs[0];
    if (input !== undefined) input.shape = [texts.length, 1];
    try {
      const response = await this.channel.unary('modelInfer', request, { timeoutMs: EMBED_TIMEOUT_MS, signal });
      const all = outputBytes(response, 'embedding');
      const counts = outputBytes(response, 'num_tokens');
      if (all === null || counts === null || all.length % texts.length !== 0) throw new Error('the embedding model answered without its outputs');
      const width = all.length / texts.length;
      return {
        vectors: texts.map((_, row) => all.subarray(row * width, (row + 1) * width)),
        tokens: texts.map((_, row) => counts.readUInt32LE(row * 4)),
      };
    } catch (error) {
      if (signal.aborted) throw error;
      if (isServerAway(error)) throw new ModelServerLost('connection lost', error);
      throw engineError(name, error instanceof Error ? error.message : String(error));
    }
  }

  private async unloadFromServer(name: string): Promise<void> {
    try {
      await this.channel.unary('repositoryModelUnload', { repositoryName: '', modelName: name, parameters: {} }, { timeoutMs: LOAD_TIMEOUT_MS });
      await this.waitUntilGone(name);
    } catch (error) {
      if (isServerAway(error)) throw new ModelServerLost('it went away while unloading', error);
      const code = (error as Partial<ServiceError>).code;
      // Triton answers so for a model that it never had.
      if (code !== status.NOT_FOUND && code !== status.INVALID_ARGUMENT) throw error;
    }
  }

  /** An unload is accepted before the model's process has ended. */
  private async waitUntilGone(name: string): Promise<void> {
    const deadline = Date.now() + LOAD_TIMEOUT_MS;
    while (Date.now() < deadline) {
      const index = await this.channel.unary('repositoryIndex', { repositoryName: '', ready: false }, { timeoutMs: PROBE_TIMEOUT_MS });
      const entry = index.models.find((model) => model.name === name);
      if (entry === undefined || entry.state === '' || entry.state === 'UNAVAILABLE') return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async probe(ask: () => Promise<boolean>): Promise<boolean> {
    try {
      return await ask();
    } catch (error) {
      const code = (error as Partial<ServiceError>).code;
      // "No" and "nobody there" are answers to a probe; anything else is a fault to be seen.
      if (isServerAway(error) || code === status.NOT_FOUND || code === status.INVALID_ARGUMENT || code === status.CANCELLED) return false;
      throw error;
    }
  }
}
