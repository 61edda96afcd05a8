import { type EventTables, inboxMigration, outboxMigration } from '@conch/events';
import { isolateByProject, type Migrations } from '@conch/storage';
import { type Generated, type Kysely, sql } from 'kysely';

/** One row a vector store. */
export interface StoresTable {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly embedding_model: string;
  readonly expires_after_days: number;
  readonly created_at: Date;
  readonly last_active_at: Date;
}

/** One row a file in a store; also the queue that indexing works off. */
export interface DocumentsTable {
  readonly id: string;
  readonly project_id: string;
  readonly store_id: string;
  readonly file_id: string;
  readonly filename: string;
  readonly state: string;
  readonly error_code: string;
  readonly error_message: string;
  readonly usage_bytes: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly max_chunk_tokens: number;
  readonly chunk_overlap_tokens: number;
  readonly created_at: Date;
  /** Counts claims; only the newest claim may write its result. */
  readonly epoch: Generated<number>;
  readonly attempts: Generated<number>;
  /** Until when the claim holds, or before when it is not to be tried again. */
  readonly due_at: Generated<Date>;
}

/** One row a chunk; `terms` are the words and, for Chinese, Japanese and Korean, the pairs of characters it is found by. */
export interface ChunksTable {
  readonly document_id: string;
  readonly chunk_index: number;
  readonly project_id: string;
  readonly store_id: string;
  readonly text: string;
  readonly heading: string;
  readonly tokens: number;
  readonly start_offset: number;
  readonly end_offset: number;
  readonly terms: string[];
}

/** One row a vector; a chunk that is longer than the embedding model's window has several. */
export interface VectorsTable {
  readonly document_id: string;
  readonly chunk_index: number;
  readonly window_index: number;
  readonly project_id: string;
  readonly store_id: string;
  readonly embedding: string;
}

export interface RetrievalDatabase extends EventTables {
  readonly stores: StoresTable;
  readonly documents: DocumentsTable;
  readonly chunks: ChunksTable;
  readonly vectors: VectorsTable;
}

/** The index's column is made for vectors of this many numbers. */
export const DIMENSIONS = 384;

/** Announces that a document waits to be indexed. */
export const DOCUMENTS_CHANNEL = 'conch_documents';

export const migrations: Migrations = {
  ...outboxMigration,
  ...inboxMigration,
  '0001_stores': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await requireVectors(db);
      await sql`create table stores (
        id text primary key,
        project_id text not null,
        name text not null,
        metadata jsonb not null,
        embedding_model text not null,
        expires_after_days integer not null,
        created_at timestamptz not null,
        last_active_at timestamptz not null
      )`.execute(db);
      await sql`create index stores_listed on stores (project_id, created_at, id)`.execute(db);
      await sql`create table documents (
        id text primary key,
        project_id text not null,
        store_id text not null references stores on delete cascade,
        file_id text not null,
        filename text not null,
        state text not null check (state in ('in_progress', 'completed', 'failed', 'cancelled')),
        error_code text not null,
        error_message text not null,
        usage_bytes bigint not null,
        attributes jsonb not null,
        max_chunk_tokens integer not null,
        chunk_overlap_tokens integer not null,
        created_at timestamptz not null,
        epoch bigint not null default 0,
        attempts integer not null default 0,
        due_at timestamptz not null default now(),
        unique (store_id, file_id)
      )`.execute(db);
      await sql`create index documents_due on documents (due_at) where state = 'in_progress'`.execute(db);
      await sql`create index documents_listed on documents (store_id, created_at, file_id)`.execute(db);
      await sql`create index documents_of_file on documents (file_id)`.execute(db);
      await sql`create table chunks (
        document_id text not null references documents on delete cascade,
        chunk_index integer not null,
        project_id text not null,
        store_id text not null,
        text text not null,
        heading text not null,
        tokens integer not null,
        start_offset bigint not null,
        end_offset bigint not null,
        terms text[] not null,
        primary key (document_id, chunk_index)
      )`.execute(db);
      await sql`create index chunks_of_store on chunks (store_id)`.execute(db);
      // No index on the terms: array operators are not leakproof, so Postgres would not use one under row-level security.
      await sql`create table vectors (
        document_id text not null,
        chunk_index integer not null,
        window_index integer not null,
        project_id text not null,
        store_id text not null,
        embedding vector(${sql.lit(DIMENSIONS)}) not null,
        primary key (document_id, chunk_index, window_index),
        foreign key (document_id, chunk_index) references chunks on delete cascade
      )`.execute(db);
      await sql`create index vectors_of_store on vectors (store_id)`.execute(db);
      await sql`create index vectors_nearest on vectors using hnsw (embedding vector_cosine_ops)`.execute(db);
      for (const table of ['stores', 'documents', 'chunks', 'vectors']) await isolateByProject(db, table);
    },
  },
};

/** Only a superuser may add pgvector to a database, so it is made with it; a clear refusal beats "type vector does not exist". */
async function requireVectors(db: Kysely<unknown>): Promise<void> {
  const found = await sql`select 1 from pg_extension where extname = 'vector'`.execute(db);
  if (found.rows.length === 0) throw new Error('the database lacks pgvector; as a superuser run in it: create extension vector');
}
