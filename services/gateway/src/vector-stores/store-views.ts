import { type Document, DocumentState, type FileCounts, type Hit, type Store } from '@conch/contracts/retrieval';
import { unixSeconds, unixSecondsOrNull } from '../http/schemas.js';
import type { VectorStoreFileView, VectorStoreView } from './store-fields.js';
import type { SearchPageView } from './store-operations.js';

type Attributes = VectorStoreFileView['attributes'];

const STATUS = {
  [DocumentState.DOCUMENT_STATE_UNSPECIFIED]: 'in_progress',
  [DocumentState.DOCUMENT_STATE_IN_PROGRESS]: 'in_progress',
  [DocumentState.DOCUMENT_STATE_COMPLETED]: 'completed',
  [DocumentState.DOCUMENT_STATE_FAILED]: 'failed',
  [DocumentState.DOCUMENT_STATE_CANCELLED]: 'cancelled',
} as const satisfies Record<DocumentState, VectorStoreFileView['status']>;

const STATE = {
  in_progress: DocumentState.DOCUMENT_STATE_IN_PROGRESS,
  completed: DocumentState.DOCUMENT_STATE_COMPLETED,
  failed: DocumentState.DOCUMENT_STATE_FAILED,
  cancelled: DocumentState.DOCUMENT_STATE_CANCELLED,
} as const satisfies Record<VectorStoreFileView['status'], DocumentState>;

/** A state's name on the outside. */
export function statusOf(state: DocumentState): VectorStoreFileView['status'] {
  return STATUS[state];
}

/** A status as retrieval knows it; none means any. */
export function stateOf(status: VectorStoreFileView['status'] | undefined): DocumentState {
  return status === undefined ? DocumentState.DOCUMENT_STATE_UNSPECIFIED : STATE[status];
}

/** A store as the outside sees it. */
export function storeView(store: Store, now = new Date()): VectorStoreView {
  const isExpired = store.expiresAt !== undefined && store.expiresAt <= now;
  const counts = countsView(store.fileCounts);
  return {
    id: store.id,
    object: 'vector_store',
    created_at: unixSeconds(store.createdAt),
    name: store.name,
    usage_bytes: store.usageBytes,
    file_counts: counts,
    status: isExpired ? 'expired' : counts.in_progress > 0 ? 'in_progress' : 'completed',
    expires_after: store.expiresAfterDays === 0 ? null : { anchor: 'last_active_at', days: store.expiresAfterDays },
    expires_at: unixSecondsOrNull(store.expiresAt),
    last_active_at: unixSecondsOrNull(store.lastActiveAt),
    metadata: store.metadata,
  };
}

/** A store's file as the outside sees it. */
export function fileView(document: Document): VectorStoreFileView {
  return {
    id: document.fileId,
    object: 'vector_store.file',
    created_at: unixSeconds(document.createdAt),
    vector_store_id: document.storeId,
    status: statusOf(document.state),
    last_error: document.errorCode === '' ? null : { code: errorCode(document.errorCode), message: document.errorMessage },
    usage_bytes: document.usageBytes,
    attributes: attributesOf(document.attributesJson),
    chunking_strategy: {
      type: 'static',
      static: { max_chunk_size_tokens: document.chunking?.maxChunkTokens ?? 0, chunk_overlap_tokens: document.chunking?.chunkOverlapTokens ?? 0 },
    },
  };
}

/** A search's passages as the outside sees them. */
export function searchView(queries: readonly string[], hits: readonly Hit[]): SearchPageView {
  return {
    object: 'vector_store.search_results.page',
    search_query: [...queries],
    data: hits.map((hit) => ({
      file_id: hit.fileId,
      filename: hit.filename,
      score: hit.score,
      attributes: attributesOf(hit.attributesJson),
      content: [{ type: 'text', text: hit.text }],
    })),
    has_more: false,
    next_page: null,
  };
}

/** Attributes as retrieval sends them. */
export function attributesOf(json: string): Attributes {
  return json === '' ? {} : (JSON.parse(json) as Attributes);
}

function countsView(counts: FileCounts | undefined): VectorStoreView['file_counts'] {
  return {
    in_progress: counts?.inProgress ?? 0,
    completed: counts?.completed ?? 0,
    failed: counts?.failed ?? 0,
    cancelled: counts?.cancelled ?? 0,
    total: counts?.total ?? 0,
  };
}

function errorCode(code: string): 'server_error' | 'unsupported_file' | 'invalid_file' {
  return code === 'unsupported_file' || code === 'invalid_file' ? code : 'server_error';
}
