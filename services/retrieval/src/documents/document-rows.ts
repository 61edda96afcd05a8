import { jsonb } from '@conch/storage';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { IndexedChunk } from '../chunking/chunk.entity.js';
import { DOCUMENTS_CHANNEL, type DocumentsTable, type RetrievalDatabase } from '../database.js';
import { termsOf } from '../search/terms.js';
import { vectorLiteral } from '../search/vector-literal.js';
import { Document, type DocumentFault, type DocumentState } from './document.entity.js';

type Tx = Transaction<RetrievalDatabase>;
/** Keeps a statement's parameters well below what Postgres takes. */
export const ROWS_A_STATEMENT = 100;

/** Wakes the workers of every process. */
export async function announceWork(tx: Tx): Promise<void> {
  await sql`select pg_notify(${DOCUMENTS_CHANNEL}, '')`.execute(tx);
}

/** Adds a document that waits; false when the store has one of the same file. */
export async function insertDocument(tx: Tx, document: Document): Promise<boolean> {
  const { facts } = document;
  const added = await tx
    .insertInto('documents')
    .values({
      id: facts.id,
      project_id: facts.projectId,
      store_id: facts.storeId,
      file_id: facts.fileId,
      filename: facts.filename,
      state: facts.state,
      error_code: facts.errorCode,
      error_message: facts.errorMessage,
      usage_bytes: facts.usageBytes,
      attributes: jsonb(facts.attributes),
      max_chunk_tokens: facts.chunking.maxChunkTokens,
      chunk_overlap_tokens: facts.chunking.chunkOverlapTokens,
      created_at: facts.createdAt,
    })
    .onConflict((conflict) => conflict.columns(['store_id', 'file_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (added !== undefined) await announceWork(tx);
  return added !== undefined;
}

/** Adds chunks with their words and vectors. */
export async function insertChunks(tx: Tx, document: Document, chunks: readonly IndexedChunk[]): Promise<void> {
  const { id, projectId, storeId } = document.facts;
  const place = { document_id: id, project_id: projectId, store_id: storeId };
  const rows = chunks.map(({ index, text, heading, tokens, startOffset, endOffset }) => {
    const { words, pairs } = termsOf(`${heading}\n${text}`);
    const terms = sql<string[]>`tsvector_to_array(to_tsvector('english', ${words})) || ${[...pairs]}::text[]`;
    return { ...place, chunk_index: index, text, heading, tokens, start_offset: startOffset, end_offset: endOffset, terms };
  });
  await tx.insertInto('chunks').values(rows).execute();
  const vectors = chunks.flatMap((chunk) =>
    chunk.vectors.map((vector, at) => ({ ...place, chunk_index: chunk.index, window_index: at, embedding: sql<string>`${vectorLiteral(vector)}::vector` })),
  );
  for (let start = 0; start < vectors.length; start += ROWS_A_STATEMENT)
    await tx
      .insertInto('vectors')
      .values(vectors.slice(start, start + ROWS_A_STATEMENT))
      .execute();
}

/** A document as its row tells it. */
export function documentFrom(row: Selectable<DocumentsTable>): Document {
  return new Document({
    id: row.id,
    projectId: row.project_id,
    storeId: row.store_id,
    fileId: row.file_id,
    filename: row.filename,
    state: row.state as DocumentState,
    errorCode: row.error_code as DocumentFault | '',
    errorMessage: row.error_message,
    usageBytes: row.usage_bytes,
    attributes: row.attributes,
    chunking: { maxChunkTokens: row.max_chunk_tokens, chunkOverlapTokens: row.chunk_overlap_tokens },
    createdAt: row.created_at,
  });
}
