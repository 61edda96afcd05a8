/** A passage of a document. */
export interface Chunk {
  readonly index: number;
  readonly text: string;
  /** The headings above the passage, outermost first, joined by ` > `; empty without any. */
  readonly heading: string;
  readonly tokens: number;
  /** Characters (code points) from the document's start. */
  readonly startOffset: number;
  readonly endOffset: number;
}

/** A chunk as it is kept. */
export type StoredChunk = Chunk;

/** A chunk with its vectors: one for each of its parts that fit the embedding model's window. */
export interface IndexedChunk extends Chunk {
  readonly vectors: readonly Float32Array[];
}
