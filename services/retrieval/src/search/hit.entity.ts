import type { Chunk } from '../chunking/chunk.entity.js';
import type { Attributes } from '../documents/document.entity.js';

/** How near a chunk is to a query by meaning and by words, each from 0 to 1. */
export interface Nearness {
  readonly cosine: number;
  /** The share of the query's words that the chunk has, rare words counting more. */
  readonly coverage: number;
}

/** A chunk that answers a search. */
export interface Hit {
  readonly fileId: string;
  readonly filename: string;
  readonly attributes: Attributes;
  readonly chunk: Chunk;
  readonly score: number;
}

/** How far having all of a query's words goes towards a full score. */
const WORDS_WEIGHT = 0.6;

/**
 * One score from 0 to 1: likely when either the meaning or the words say so, and more likely when both do. It keeps the size of
 * both, which a fusion of ranks would lose, so that a threshold means the same for every query.
 */
export function scoreOf({ cosine, coverage }: Nearness): number {
  return 1 - (1 - clamp(cosine)) * (1 - WORDS_WEIGHT * clamp(coverage));
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
