import { windowsOf } from '../chunking/chunk-document.js';
import type { TokenCounter } from '../chunking/token-counter.js';
import type { Embedder } from '../embeddings/embedder.js';
import { FieldRefused, StoreExpired, StoreNotFound } from '../stores/store.errors.js';
import type { StoreRepository } from '../stores/store.repository.js';
import type { ChunkIndex } from './chunk-index.repository.js';
import { readFilter } from './filter.entity.js';
import { type Hit, scoreOf } from './hit.entity.js';

export interface SearchStoreCommand {
  readonly projectId: string;
  readonly storeId: string;
  readonly queries: readonly string[];
  /** 0 means 10. */
  readonly maxResults: number;
  readonly filtersJson: string;
  readonly scoreThreshold: number;
  readonly signal: AbortSignal;
}

const DEFAULT_RESULTS = 10;
const MAX_RESULTS = 50;
const MAX_QUERIES = 16;
const MAX_QUERY_CHARACTERS = 8_000;

/** What a search works with. */
export interface SearchParts {
  readonly stores: StoreRepository;
  readonly index: ChunkIndex;
  readonly embedder: Embedder;
  readonly counter: TokenCounter;
}

/** Finds the passages of a store that answer one or more queries. */
export class SearchStore {
  constructor(private readonly parts: SearchParts) {}

  async execute(command: SearchStoreCommand): Promise<Hit[]> {
    const { projectId, storeId, queries, signal } = command;
    const filter = readFilter(command.filtersJson);
    check(command);
    const found = await this.parts.stores.find(projectId, storeId);
    if (found === null) throw new StoreNotFound(storeId);
    const now = new Date();
    const { expiresAt } = found.store;
    if (expiresAt !== null && found.store.isExpired(now)) throw new StoreExpired(storeId, expiresAt);
    await this.parts.stores.touch(projectId, storeId, now);
    const { counter, embedder, index } = this.parts;
    const windows = queries.map((text) => windowsOf({ text, tokens: counter.count(text) }, [], counter));
    const vectors = await embedder.embed(projectId, windows.flat(), signal);
    let taken = 0;
    const hits = await index.search({
      projectId,
      storeId,
      filter,
      maxResults: command.maxResults === 0 ? DEFAULT_RESULTS : command.maxResults,
      scoreOf,
      queries: queries.map((text, at) => {
        const count = windows[at]?.length ?? 0;
        taken += count;
        return { text, vectors: vectors.slice(taken - count, taken) };
      }),
    });
    return hits.filter((hit) => hit.score >= command.scoreThreshold);
  }
}

function check({ queries, maxResults, scoreThreshold }: SearchStoreCommand): void {
  if (queries.length === 0) throw new FieldRefused('query', 'is missing; write what you look for.');
  if (queries.length > MAX_QUERIES) throw new FieldRefused('query', `has ${queries.length} queries; at most ${MAX_QUERIES} are searched at once.`);
  queries.forEach((query, at) => {
    const place = queries.length === 1 ? 'query' : `query[${at}]`;
    if (query.trim() === '') throw new FieldRefused(place, 'is empty; write what you look for.');
    if (query.length > MAX_QUERY_CHARACTERS) throw new FieldRefused(place, `has ${query.length} characters; at most ${MAX_QUERY_CHARACTERS} are searched for.`);
  });
  if (!Number.isInteger(maxResults) || maxResults < 0 || maxResults > MAX_RESULTS)
    throw new FieldRefused('max_num_results', `${maxResults} is out of range; use 1 to ${MAX_RESULTS}.`);
  if (!(scoreThreshold >= 0 && scoreThreshold <= 1))
    throw new FieldRefused('ranking_options.score_threshold', `${scoreThreshold} is out of range; use 0 to 1.`);
}
