/** Makes vectors of texts. */
export abstract class Embedder {
  /** One vector a text, in order; each has unit length. */
  abstract embed(projectId: string, texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}
