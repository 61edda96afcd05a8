import type { Outbox } from '@conch/events';
import { type Database, jsonb, type Page, pageBy, type PageRequest } from '@conch/storage';
import { sql, type Transaction } from 'kysely';
import type { IndexedChunk, StoredChunk } from '../chunking/chunk.entity.js';
import { DIMENSIONS, type RetrievalDatabase } from '../database.js';
import type { Claim, Document, DocumentFault, DocumentState } from './document.entity.js';
import { DocumentRepository } from './document.repository.js';
import { announceWork, documentFrom, insertChunks, insertDocument, ROWS_A_STATEMENT } from './document-rows.js';

type Tx = Transaction<RetrievalDatabase>;
const BYTES_A_NUMBER = 4;

/** Documents and chunks in Postgres; the table itself is the queue of indexing. */
export class PostgresDocumentRepository extends DocumentRepository {
  constructor(
    private readonly database: Database<RetrievalDatabase>,
    private readonly outbox: Outbox<RetrievalDatabase>,
  ) {
    super();
  }

  override attach(document: Document): Promise<Document> {
    const { projectId, storeId, fileId, attributes, chunking } = document.facts;
    return this.database.inProject(projectId, async (tx) => {
      if (await insertDocument(tx, document)) return document;
      const standing = documentFrom(
        await tx.selectFrom('documents').selectAll().where('store_id', '=', storeId).where('file_id', '=', fileId).forUpdate().executeTakeFirstOrThrow(),
      );
      const isCutTheSame =
        standing.facts.chunking.maxChunkTokens === chunking.maxChunkTokens && standing.facts.chunking.chunkOverlapTokens === chunking.chunkOverlapTokens;
      const isAnew = standing.facts.state === 'failed' || standing.facts.state === 'cancelled' || !isCutTheSame;
      const row = await tx
        .updateTable('documents')
        .set({ attributes: jsonb(attributes), max_chunk_tokens: chunking.maxChunkTokens, chunk_overlap_tokens: chunking.chunkOverlapTokens })
        .$if(isAnew, (query) =>
          query.set({ state: 'in_progress', error_code: '', error_message: '', attempts: 0, epoch: sql`epoch + 1`, due_at: sql`clock_timestamp()` }),
        )
        .where('id', '=', standing.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      if (isAnew) await announceWork(tx);
      return documentFrom(row);
    });
  }

  override find(projectId: string, storeId: string, fileId: string): Promise<Document | null> {
    return this.database.inProject(projectId, async (tx) => {
      const row = await tx.selectFrom('documents').selectAll().where('store_id', '=', storeId).where('file_id', '=', fileId).executeTakeFirst();
      return row === undefined ? null : documentFrom(row);
    });
  }

  override list(
    projectId: string,
    storeId: string,
    { page, state }: { readonly page: Partial<PageRequest> | undefined; readonly state: DocumentState | null },
  ): Promise<Page<Document>> {
    return this.database.inProject(projectId, async (tx) => {
      const { rows, hasMore } = await pageBy(tx.selectFrom('documents').selectAll().where('store_id', '=', storeId), page, {
        table: 'documents',
        idColumn: 'file_id',
        narrow: (query) => (state === null ? query : query.where('state', '=', state)),
      });
      return { rows: rows.map(documentFrom), hasMore };
    });
  }

  override chunks(projectId: string, documentId: string): Promise<StoredChunk[]> {
    return this.database.inProject(projectId, async (tx) => {
      const rows = await tx.selectFrom('chunks').selectAll().where('document_id', '=', documentId).orderBy('chunk_index').execute();
      return rows.map((row) => ({
        index: row.chunk_index,
        text: row.text,
        heading: row.heading,
        tokens: row.tokens,
        startOffset: row.start_offset,
        endOffset: row.end_offset,
      }));
    });
  }

  override detach(projectId: string, storeId: string, fileId: string): Promise<boolean> {
    return this.database.inProject(projectId, async (tx) => {
      const { numDeletedRows } = await tx.deleteFrom('documents').where('store_id', '=', storeId).where('file_id', '=', fileId).executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }

  override claim(leaseMs: number): Promise<Claim | null> {
    return this.database.asSystem(async (tx) => {
      const next = tx
        .selectFrom('documents')
        .select('id')
        .where('state', '=', 'in_progress')
        .where('due_at', '<=', sql<Date>`clock_timestamp()`)
        .orderBy('due_at')
        .limit(1)
        .forUpdate()
        .skipLocked();
      const row = await tx
        .updateTable('documents')
        .set({ epoch: sql`epoch + 1`, attempts: sql`attempts + 1`, due_at: inMs(leaseMs) })
        .where('id', '=', next)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : { document: documentFrom(row), epoch: row.epoch, attempts: row.attempts };
    });
  }

  override renew(claim: Claim, leaseMs: number): Promise<boolean> {
    return this.claimed(claim, (tx) =>
      tx
        .updateTable('documents')
        .set({ due_at: inMs(leaseMs) })
        .where('id', '=', claim.document.id)
        .execute(),
    );
  }

  override complete(claim: Claim, chunks: readonly IndexedChunk[]): Promise<boolean> {
    const { id, projectId, storeId, fileId } = claim.document.facts;
    return this.claimed(claim, async (tx) => {
      await tx.deleteFrom('chunks').where('document_id', '=', id).execute();
      for (let start = 0; start < chunks.length; start += ROWS_A_STATEMENT)
        await insertChunks(tx, claim.document, chunks.slice(start, start + ROWS_A_STATEMENT));
      const usageBytes = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk.text) + chunk.vectors.length * DIMENSIONS * BYTES_A_NUMBER, 0);
      await tx.updateTable('documents').set({ state: 'completed', error_code: '', error_message: '', usage_bytes: usageBytes }).where('id', '=', id).execute();
      await this.outbox.add(tx, 'conch.events.retrieval.document.indexed', { storeId, fileId, chunks: chunks.length }, { projectId });
    });
  }

  override fail(claim: Claim, code: DocumentFault, message: string): Promise<boolean> {
    const { id, projectId, storeId, fileId } = claim.document.facts;
    return this.claimed(claim, async (tx) => {
      await tx.deleteFrom('chunks').where('document_id', '=', id).execute();
      await tx.updateTable('documents').set({ state: 'failed', error_code: code, error_message: message, usage_bytes: 0 }).where('id', '=', id).execute();
      await this.outbox.add(tx, 'conch.events.retrieval.document.failed', { storeId, fileId, code, message }, { projectId });
    });
  }

  override async retryLater(claim: Claim, pauseMs: number): Promise<void> {
    await this.claimed(claim, (tx) =>
      tx
        .updateTable('documents')
        .set({ due_at: inMs(pauseMs) })
        .where('id', '=', claim.document.id)
        .execute(),
    );
  }

  /** Works on a document that is still this claim's, and keeps others from it meanwhile. */
  private claimed(claim: Claim, work: (tx: Tx) => Promise<unknown>): Promise<boolean> {
    return this.database.inProject(claim.document.facts.projectId, async (tx) => {
      const mine = await tx
        .selectFrom('documents')
        .select('id')
        .where('id', '=', claim.document.id)
        .where('epoch', '=', claim.epoch)
        .where('state', '=', 'in_progress')
        .forUpdate()
        .executeTakeFirst();
      if (mine === undefined) return false;
      await work(tx);
      return true;
    });
  }
}

function inMs(milliseconds: number): ReturnType<typeof sql<Date>> {
  return sql<Date>`clock_timestamp() + ${milliseconds}::float8 * interval '1 millisecond'`;
}
