import {
  type Chunk as ChunkMessage,
  DocumentState as WireState,
  type Document as DocumentMessage,
  type Hit as HitMessage,
  type Store as StoreMessage,
} from '@conch/contracts/retrieval';
import type { PartialMessage } from '@conch/rpc';
import type { StoredChunk } from '../chunking/chunk.entity.js';
import type { Document, DocumentState } from '../documents/document.entity.js';
import type { Hit } from '../search/hit.entity.js';
import type { StockedStore } from './store.repository.js';

const WIRE_STATE = {
  in_progress: WireState.DOCUMENT_STATE_IN_PROGRESS,
  completed: WireState.DOCUMENT_STATE_COMPLETED,
  failed: WireState.DOCUMENT_STATE_FAILED,
  cancelled: WireState.DOCUMENT_STATE_CANCELLED,
} as const satisfies Record<DocumentState, WireState>;

/** The state that a list is narrowed to; null for every state. */
export function stateOf(wire: WireState): DocumentState | null {
  const found = (Object.keys(WIRE_STATE) as DocumentState[]).find((state) => WIRE_STATE[state] === wire);
  return found ?? null;
}

export function storeMessage({ store, contents }: StockedStore): PartialMessage<StoreMessage> {
  const { id, name, createdAt, lastActiveAt, metadata, expiresAfterDays, embeddingModel } = store.facts;
  const { inProgress, completed, failed, cancelled, usageBytes } = contents;
  return {
    id,
    name,
    createdAt,
    lastActiveAt,
    usageBytes,
    fileCounts: { inProgress, completed, failed, cancelled, total: inProgress + completed + failed + cancelled },
    metadata,
    expiresAfterDays,
    expiresAt: store.expiresAt ?? undefined,
    embeddingModel,
  };
}

export function documentMessage(document: Document): PartialMessage<DocumentMessage> {
  const { fileId, storeId, state, errorCode, errorMessage, usageBytes, attributes, chunking, createdAt, filename } = document.facts;
  return {
    fileId,
    storeId,
    state: WIRE_STATE[state],
    errorCode,
    errorMessage,
    usageBytes,
    attributesJson: JSON.stringify(attributes),
    chunking,
    createdAt,
    filename,
  };
}

export function chunkMessage({ index, text, tokens, heading }: StoredChunk): PartialMessage<ChunkMessage> {
  return { index, text, tokens, heading };
}

export function hitMessage({ fileId, filename, score, attributes, chunk }: Hit): PartialMessage<HitMessage> {
  return {
    fileId,
    filename,
    score,
    attributesJson: JSON.stringify(attributes),
    text: chunk.text,
    chunkIndex: chunk.index,
    startOffset: chunk.startOffset,
    endOffset: chunk.endOffset,
    heading: chunk.heading,
  };
}
