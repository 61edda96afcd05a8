import type { Filter } from './filter.entity.js';
import type { Hit, Nearness } from './hit.entity.js';

/** One query, in words and as vectors of its parts. */
export interface IndexQuery {
  readonly text: string;
  readonly vectors: readonly Float32Array[];
}

export interface IndexSearch {
  readonly projectId: string;
  readonly storeId: string;
  readonly queries: readonly IndexQuery[];
  readonly filter: Filter | null;
  /** How many chunks are wanted in the end. */
  readonly maxResults: number;
  readonly scoreOf: (nearness: Nearness) => number;
}

/** Finds chunks by meaning and by words. */
export abstract class ChunkIndex {
  /** The best chunks over all queries, best first, each once with its best score. */
  abstract search(search: IndexSearch): Promise<Hit[]>;
}
