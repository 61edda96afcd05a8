import { z } from 'zod';
import { operation } from '../http/operation.js';
import { Metadata, deletedOf, listOf, orderedListQuery, refused } from '../http/schemas.js';
import { ChunkingStrategy, ExpiresAfter, Filters, VectorStore } from './store-fields.js';

const MAX_FILES = 500;
const MAX_QUERIES = 16;
const MAX_RESULTS = 50;

const AtStore = z.strictObject({ vector_store_id: z.string() });
const Name = z.string().max(256).nullish();
const tag = 'Vector stores';
const store = { kind: 'json', schema: VectorStore } as const;

export const createVectorStore = operation({
  id: 'createVectorStore',
  method: 'POST',
  path: '/v1/vector_stores',
  tag,
  summary: 'Make a vector store, with files in it if you like',
  body: z
    .strictObject({
      name: Name,
      file_ids: z.array(z.string().min(1)).max(MAX_FILES).nullish().meta({ description: 'Files to attach; they are indexed in the background.' }),
      chunking_strategy: ChunkingStrategy,
      expires_after: ExpiresAfter.nullish(),
      metadata: Metadata.nullish(),
      description: refused('description', 'put it into metadata'),
    })
    .nullish(),
  answer: store,
});

export const listVectorStores = operation({
  id: 'listVectorStores',
  method: 'GET',
  path: '/v1/vector_stores',
  tag,
  summary: 'List the vector stores of your project',
  query: z.strictObject(orderedListQuery({ standard: 20, max: 100 })),
  answer: { kind: 'json', schema: listOf(VectorStore) },
});

export const getVectorStore = operation({
  id: 'getVectorStore',
  method: 'GET',
  path: '/v1/vector_stores/:vector_store_id',
  tag,
  summary: 'Look at a vector store',
  params: AtStore,
  answer: store,
});

export const updateVectorStore = operation({
  id: 'updateVectorStore',
  method: 'POST',
  path: '/v1/vector_stores/:vector_store_id',
  tag,
  summary: 'Change what is given of a vector store',
  params: AtStore,
  body: z.strictObject({
    name: Name,
    expires_after: ExpiresAfter.nullish().meta({ description: 'Null keeps the store for ever.' }),
    metadata: Metadata.nullish().meta({ description: 'Replaces the metadata.' }),
  }),
  answer: store,
});

export const deleteVectorStore = operation({
  id: 'deleteVectorStore',
  method: 'DELETE',
  path: '/v1/vector_stores/:vector_store_id',
  tag,
  summary: 'Delete a vector store; the files themselves stay',
  params: AtStore,
  answer: { kind: 'json', schema: deletedOf('vector_store.deleted') },
});

const Query = z.string().min(1);

const SearchPage = z
  .object({
    object: z.literal('vector_store.search_results.page'),
    search_query: z.array(z.string()),
    data: z.array(
      z.object({
        file_id: z.string(),
        filename: z.string(),
        score: z.number().meta({ description: 'From 0 to 1, by meaning and by words.' }),
        attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
        content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
      }),
    ),
    has_more: z.literal(false),
    next_page: z.null(),
  })
  .meta({ id: 'VectorStoreSearchPage' });

/** The passages that a search found. */
export type SearchPageView = z.output<typeof SearchPage>;

/** How hits are ranked and which are left out. */
export const RankingOptions = z
  .strictObject({
    ranker: z
      .enum(['none', 'auto', 'default-2024-11-15'])
      .nullish()
      .meta({ description: 'All of them are the one ranker that there is: meaning and words together.' }),
    score_threshold: z.number().min(0).max(1).nullish().meta({ description: 'Hits below this score are left out.' }),
    hybrid_search: refused('hybrid_search', 'the weights of meaning and words are fixed'),
  })
  .nullish();

export const searchVectorStore = operation({
  id: 'searchVectorStore',
  method: 'POST',
  path: '/v1/vector_stores/:vector_store_id/search',
  tag,
  summary: 'Find the passages of a vector store that answer a query',
  params: AtStore,
  body: z.strictObject({
    query: z.union([Query, z.array(Query).min(1).max(MAX_QUERIES)]),
    max_num_results: z.int().min(1).max(MAX_RESULTS).nullish().meta({ description: '10 when left out.' }),
    filters: Filters,
    ranking_options: RankingOptions,
    rewrite_query: refused('rewrite_query', 'queries are searched for as they are'),
  }),
  answer: { kind: 'json', schema: SearchPage },
  changes: false,
  texts: ['query'],
});
