import type { Hit } from '@conch/contracts/retrieval';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../http/caller.js';
import { Peers } from '../peers/peers.js';
import type { FileSearchInput } from './response-operations.js';

/** A passage and the store that it was found in. */
export interface FoundPassage extends Hit {
  readonly storeId: string;
}

const DEFAULT_RESULTS = 10;
/** What scores less has little to do with the question; a caller's own threshold goes first. */
const DEFAULT_THRESHOLD = 0.3;
/** A search takes no longer query; what a long message asks stands at one of its ends, and most often at the last. */
const MAX_QUERY_CHARACTERS = 4_000;

/** Finds the passages of several stores that answer a question, best first. */
@Injectable()
export class SearchPassages {
  constructor(private readonly peers: Peers) {}

  async execute(tool: FileSearchInput, query: string, caller: Caller): Promise<FoundPassage[]> {
    const maxResults = tool.max_num_results ?? DEFAULT_RESULTS;
    const search = {
      queries: [query],
      maxResults,
      filtersJson: tool.filters == null ? '' : JSON.stringify(tool.filters),
      scoreThreshold: tool.ranking_options?.score_threshold ?? DEFAULT_THRESHOLD,
    };
    const found = await Promise.all(
      [...new Set(tool.vector_store_ids)].map(async (storeId) => {
        const { hits } = await this.peers.storeTexts.search({ ...search, storeId }, caller);
        return hits.map((hit) => ({ ...hit, storeId }));
      }),
    );
    return found
      .flat()
      .toSorted((a, b) => b.score - a.score)
      .slice(0, maxResults);
  }
}

/** What is searched for: the last thing that the user said. */
export function queryOf(turns: readonly { readonly role: string; readonly content: string }[]): string {
  const last = turns.findLast(({ role, content }) => role === 'user' && content.trim() !== '');
  return (last?.content ?? '').slice(-MAX_QUERY_CHARACTERS).trim();
}
