import { z } from 'zod';
import { UnixSeconds } from '../http/schemas.js';

const MAX_PAIRS = 16;
const CHUNK_TOKENS = { min: 100, max: 4_096 };

/** What a file is tagged with, to be filtered by. */
export const Attributes = z
  .record(z.string().min(1).max(64), z.union([z.string().max(512), z.number(), z.boolean()]))
  .refine((value) => Object.keys(value).length <= MAX_PAIRS, `at most ${MAX_PAIRS} pairs fit`)
  .meta({ description: 'Up to 16 pairs of your own, to filter searches by; values are texts, numbers or booleans.' });

const StaticChunking = z.strictObject({
  max_chunk_size_tokens: z.int().min(CHUNK_TOKENS.min).max(CHUNK_TOKENS.max),
  chunk_overlap_tokens: z.int().min(0),
});

/** How files are cut into passages. */
export const ChunkingStrategy = z
  .discriminatedUnion('type', [z.strictObject({ type: z.literal('auto') }), z.strictObject({ type: z.literal('static'), static: StaticChunking })])
  .nullish()
  .refine((strategy) => strategy?.type !== 'static' || strategy.static.chunk_overlap_tokens * 2 <= strategy.static.max_chunk_size_tokens, {
    path: ['static', 'chunk_overlap_tokens'],
    message: 'the overlap may be half of max_chunk_size_tokens at most',
  })
  .meta({ description: '`auto` cuts passages of about 200 tokens with 40 of overlap, counted by the embedding model.' });

/** The chunking that retrieval is asked for; none means its own. */
export function chunkingOf(strategy: z.output<typeof ChunkingStrategy>): { maxChunkTokens: number; chunkOverlapTokens: number } | undefined {
  if (strategy?.type !== 'static') return undefined;
  return { maxChunkTokens: strategy.static.max_chunk_size_tokens, chunkOverlapTokens: strategy.static.chunk_overlap_tokens };
}

/** When a store that nobody uses ends. */
export const ExpiresAfter = z.strictObject({ anchor: z.literal('last_active_at'), days: z.int().min(1).max(365) });

const FilterValue = z.union([z.string(), z.number(), z.boolean()]);

/** OpenAI's filter on attributes; how deep it may nest is checked where it is run. */
export const Filters = z
  .union([
    z.strictObject({ type: z.enum(['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin']), key: z.string(), value: z.union([FilterValue, z.array(FilterValue)]) }),
    z.strictObject({ type: z.enum(['and', 'or']), filters: z.array(z.looseObject({ type: z.string() })).min(1) }),
  ])
  .nullish()
  .meta({ description: 'Only files whose attributes match: `{type: "eq", key, value}`, or `{type: "and", filters: […]}`.' });

const Counts = z.object({ in_progress: z.int(), completed: z.int(), failed: z.int(), cancelled: z.int(), total: z.int() });

export const VectorStore = z
  .object({
    id: z.string(),
    object: z.literal('vector_store'),
    created_at: UnixSeconds,
    name: z.string(),
    usage_bytes: z.int(),
    file_counts: Counts,
    status: z.enum(['expired', 'in_progress', 'completed']),
    expires_after: ExpiresAfter.nullable(),
    expires_at: UnixSeconds.nullable(),
    last_active_at: UnixSeconds.nullable(),
    metadata: z.record(z.string(), z.string()),
  })
  .meta({ id: 'VectorStore' });

const FileStatus = z.enum(['in_progress', 'completed', 'cancelled', 'failed']);

export const VectorStoreFile = z
  .object({
    id: z.string(),
    object: z.literal('vector_store.file'),
    created_at: UnixSeconds,
    vector_store_id: z.string(),
    status: FileStatus,
    last_error: z.object({ code: z.enum(['server_error', 'unsupported_file', 'invalid_file']), message: z.string() }).nullable(),
    usage_bytes: z.int(),
    attributes: z.record(z.string(), FilterValue),
    chunking_strategy: z.object({ type: z.literal('static'), static: StaticChunking }),
  })
  .meta({ id: 'VectorStoreFile' });

export const FileBatch = z
  .object({
    id: z.string(),
    object: z.literal('vector_store.files_batch'),
    created_at: UnixSeconds,
    vector_store_id: z.string(),
    status: FileStatus,
    file_counts: Counts,
  })
  .meta({ id: 'VectorStoreFileBatch' });

/** A store as the outside sees it. */
export type VectorStoreView = z.output<typeof VectorStore>;
/** A store's file as the outside sees it. */
export type VectorStoreFileView = z.output<typeof VectorStoreFile>;
/** A batch of files as the outside sees it. */
export type FileBatchView = z.output<typeof FileBatch>;
