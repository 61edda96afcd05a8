import { FieldRefused } from '../stores/store.errors.js';

/** Where a document stands; `in_progress` until it is indexed or known to be impossible to index. */
export type DocumentState = 'in_progress' | 'completed' | 'failed' | 'cancelled';

/** Why a document failed, in OpenAI's words. */
export type DocumentFault = 'unsupported_file' | 'invalid_file' | 'server_error';

/** How a document is cut, in tokens of the embedding model. */
export interface Chunking {
  readonly maxChunkTokens: number;
  readonly chunkOverlapTokens: number;
}

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface DocumentFacts {
  readonly id: string;
  readonly projectId: string;
  readonly storeId: string;
  readonly fileId: string;
  readonly filename: string;
  readonly state: DocumentState;
  readonly errorCode: DocumentFault | '';
  readonly errorMessage: string;
  readonly usageBytes: number;
  readonly attributes: Attributes;
  readonly chunking: Chunking;
  readonly createdAt: Date;
}

/** A file that a store makes searchable. */
export class Document {
  constructor(readonly facts: DocumentFacts) {}

  get id(): string {
    return this.facts.id;
  }
}

/** One process's right to index a document, until it is claimed again. */
export interface Claim {
  readonly document: Document;
  readonly epoch: number;
  /** How often it has been tried, this time included. */
  readonly attempts: number;
}

const DEFAULT_CHUNKING: Chunking = { maxChunkTokens: 200, chunkOverlapTokens: 40 };
const MIN_CHUNK_TOKENS = 100;
const MAX_CHUNK_TOKENS = 4_096;

/** The chunking that was asked for, checked against OpenAI's limits; absent or zero numbers take ours. */
export function readChunking(asked: Chunking | undefined): Chunking {
  if (asked === undefined || (asked.maxChunkTokens === 0 && asked.chunkOverlapTokens === 0)) return DEFAULT_CHUNKING;
  const { maxChunkTokens, chunkOverlapTokens } = asked;
  if (!Number.isInteger(maxChunkTokens) || maxChunkTokens < MIN_CHUNK_TOKENS || maxChunkTokens > MAX_CHUNK_TOKENS) {
    throw new FieldRefused(
      'chunking_strategy.static.max_chunk_size_tokens',
      `${maxChunkTokens} is out of range; use ${MIN_CHUNK_TOKENS} to ${MAX_CHUNK_TOKENS}.`,
    );
  }
  if (!Number.isInteger(chunkOverlapTokens) || chunkOverlapTokens < 0 || chunkOverlapTokens > maxChunkTokens / 2) {
    throw new FieldRefused(
      'chunking_strategy.static.chunk_overlap_tokens',
      `${chunkOverlapTokens} is out of range; use 0 to half of max_chunk_size_tokens (${Math.floor(maxChunkTokens / 2)}).`,
    );
  }
  return { maxChunkTokens, chunkOverlapTokens };
}
