/** What one generation asks of the model server; the fields are those of the vLLM backend's `sampling_parameters`. */
export interface SamplingParameters {
  readonly max_tokens: number;
  readonly temperature: number;
  readonly top_p: number;
  readonly top_k?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  readonly repetition_penalty?: number;
  readonly ignore_eos?: boolean;
}

/** A piece of a generation; the last one carries the finish reason and both counts. */
export interface GenerationPiece {
  readonly text: string;
  readonly finishReason: 'stop' | 'length' | 'cancelled' | null;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** What the model server must be told to serve one folder. */
export interface ServedModel {
  /** Triton's name for it. */
  readonly name: string;
  readonly kind: 'generation' | 'embedding';
  /** Folder with the serving form. */
  readonly folder: string;
  readonly weightFormat: string;
}

/** The port to the model server; inference's only way to models. */
export abstract class ModelServer {
  abstract isLive(): Promise<boolean>;
  abstract isReady(name: string): Promise<boolean>;
  /** Writes the model's folder into the repository and loads it; resolves when it answers. Throws with the server's reason. */
  abstract load(model: ServedModel): Promise<void>;
  /** Unloads and removes the model's folder from the repository; fine when it is not there. */
  abstract unload(name: string): Promise<void>;
  /** Streams one generation; aborting the signal frees the slot. */
  abstract generate(name: string, prompt: string, sampling: SamplingParameters, signal: AbortSignal): AsyncIterable<GenerationPiece>;
  /** Vectors (32-bit floats, little-endian) and token counts of texts, in order. */
  abstract embed(name: string, texts: readonly string[], signal: AbortSignal): Promise<{ vectors: Buffer[]; tokens: number[] }>;
}
