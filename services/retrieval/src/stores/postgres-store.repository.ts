import { type Database, jsonb, type Page, pageBy, type PageRequest } from '@conch/storage';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { RetrievalDatabase, StoresTable } from '../database.js';
import type { Document } from '../documents/document.entity.js';
import { insertDocument } from '../documents/document-rows.js';
import { EMPTY_STORE, Store, type StoreChanges, type StoreContents } from './store.entity.js';
import { type StockedStore, StoreRepository } from './store.repository.js';

type Tx = Transaction<RetrievalDatabase>;
/** A store that is searched all the time need not be written all the time. */
const TOUCH_EVERY_MS = 60_000;

/** Vector stores in Postgres. */
export class PostgresStoreRepository extends StoreRepository {
  constructor(private readonly database: Database<RetrievalDatabase>) {
    super();
  }

  override async add(store: Store, documents: readonly Document[]): Promise<void> {
    const { facts } = store;
    await this.database.inProject(facts.projectId, async (tx) => {
      await tx
        .insertInto('stores')
        .values({
          id: facts.id,
          project_id: facts.projectId,
          name: facts.name,
          metadata: jsonb(facts.metadata),
          embedding_model: facts.embeddingModel,
          expires_after_days: facts.expiresAfterDays,
          created_at: facts.createdAt,
          last_active_at: facts.lastActiveAt,
        })
        .execute();
      for (const document of documents) await insertDocument(tx, document);
    });
  }

  override find(projectId: string, id: string): Promise<StockedStore | null> {
    return this.database.inProject(projectId, (tx) => stocked(tx, id));
  }

  override list(projectId: string, page: Partial<PageRequest> | undefined): Promise<Page<StockedStore>> {
    return this.database.inProject(projectId, async (tx) => {
      const { rows, hasMore } = await pageBy(tx.selectFrom('stores').selectAll().where('project_id', '=', projectId), page, { table: 'stores' });
      const contents = await contentsOf(
        tx,
        rows.map((row) => row.id),
      );
      return { rows: rows.map((row) => ({ store: fromRow(row), contents: contents.get(row.id) ?? EMPTY_STORE })), hasMore };
    });
  }

  override change(projectId: string, id: string, changes: StoreChanges): Promise<StockedStore | null> {
    return this.database.inProject(projectId, async (tx) => {
      const row = await tx.selectFrom('stores').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
      if (row === undefined) return null;
      const { name, metadata, expiresAfterDays } = fromRow(row).changed(changes).facts;
      await tx
        .updateTable('stores')
        .set({ name, metadata: jsonb(metadata), expires_after_days: expiresAfterDays })
        .where('id', '=', id)
        .execute();
      return stocked(tx, id);
    });
  }

  override async touch(projectId: string, id: string, at: Date): Promise<void> {
    const before = new Date(at.getTime() - TOUCH_EVERY_MS);
    await this.database.inProject(projectId, (tx) =>
      tx.updateTable('stores').set({ last_active_at: at }).where('id', '=', id).where('last_active_at', '<', before).execute(),
    );
  }

  override remove(projectId: string, id: string): Promise<boolean> {
    return this.database.inProject(projectId, async (tx) => {
      const { numDeletedRows } = await tx.deleteFrom('stores').where('id', '=', id).executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }

  override emptyExpired(at: Date): Promise<number> {
    return this.database.asSystem(async (tx) => {
      const expired = tx
        .selectFrom('stores')
        .select('id')
        .where('expires_after_days', '>', 0)
        .where(sql<boolean>`last_active_at + expires_after_days * interval '1 day' <= ${at}`);
      const gone = await tx.deleteFrom('documents').where('store_id', 'in', expired).returning('store_id').execute();
      return new Set(gone.map((row) => row.store_id)).size;
    });
  }
}

async function stocked(tx: Tx, id: string): Promise<StockedStore | null> {
  const row = await tx.selectFrom('stores').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  return { store: fromRow(row), contents: (await contentsOf(tx, [id])).get(id) ?? EMPTY_STORE };
}

async function contentsOf(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, StoreContents>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .selectFrom('documents')
    .select(['store_id', 'state', sql<number>`count(*)`.as('documents'), sql<number>`sum(usage_bytes)::bigint`.as('usage_bytes')])
    .where('store_id', 'in', [...ids])
    .groupBy(['store_id', 'state'])
    .execute();
  const found = new Map<string, StoreContents>();
  for (const row of rows) {
    const before = found.get(row.store_id) ?? EMPTY_STORE;
    const field = row.state === 'in_progress' ? 'inProgress' : (row.state as 'completed' | 'failed' | 'cancelled');
    found.set(row.store_id, { ...before, [field]: row.documents, usageBytes: before.usageBytes + row.usage_bytes });
  }
  return found;
}

function fromRow(row: Selectable<StoresTable>): Store {
  return new Store({
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    metadata: row.metadata,
    embeddingModel: row.embedding_model,
    expiresAfterDays: row.expires_after_days,
    createdAt: row.created_at,
    lastActiveAt: row.last_active_at,
  });
}
