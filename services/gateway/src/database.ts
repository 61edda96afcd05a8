import { type EventTables, inboxMigration, outboxMigration } from '@conch/events';
import { type Migrations, isolateByProject } from '@conch/storage';
import { type Generated, type Kysely, sql } from 'kysely';

export interface ProjectsTable {
  readonly id: string;
  readonly name: string;
  readonly created_at: Generated<Date>;
}

/** One row an API key; the key itself is never stored. */
export interface KeysTable {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly sha256: Buffer;
  /** The key's last characters, for people to tell keys apart. */
  readonly hint: string;
  readonly created_at: Generated<Date>;
}

export interface IdempotencyTable {
  readonly project_id: string;
  readonly operation: string;
  readonly key: string;
  /** sha256 of the request; null while a streamed one is still being read. */
  readonly fingerprint: string | null;
  readonly answer: unknown;
  /** When the claim was taken or last renewed. */
  readonly claimed_at: Generated<Date>;
  /** Names the request that holds the claim, so that one which lost it cannot settle or release it. */
  readonly token: string | null;
  /** The request ended and nobody knows whether it was done. */
  readonly in_doubt: Generated<boolean>;
  readonly settled_at: Date | null;
}

export interface AuditTable {
  readonly id: string;
  readonly project_id: string;
  readonly key_id: string;
  readonly request_id: string;
  readonly operation: string;
  readonly path: string;
  readonly status: number;
  readonly created_at: Date;
}

/** One row a request's tokens. */
export interface UsageTable {
  readonly event_id: string;
  readonly project_id: string;
  readonly request_id: string;
  readonly model: string;
  readonly operation: string;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly cancelled: boolean;
  readonly created_at: Date;
}

export interface ResponsesTable {
  readonly id: string;
  readonly project_id: string;
  readonly created_at: Date;
  /** The response object as it was answered. */
  readonly body: unknown;
  /** Its own input items, with ids. */
  readonly input_items: unknown;
  /** The conversation up to and with this response, as chat messages. */
  readonly turns: unknown;
}

export interface FileBatchesTable {
  readonly id: string;
  readonly project_id: string;
  readonly store_id: string;
  readonly file_ids: unknown;
  readonly cancelled: boolean;
  readonly created_at: Date;
}

/** The gateway's database. */
export interface GatewayDatabase extends EventTables {
  readonly projects: ProjectsTable;
  readonly keys: KeysTable;
  readonly idempotency: IdempotencyTable;
  readonly audit: AuditTable;
  readonly usage: UsageTable;
  readonly responses: ResponsesTable;
  readonly file_batches: FileBatchesTable;
}

/** The gateway's schema, step by step. */
export const migrations: Migrations = {
  ...outboxMigration,
  ...inboxMigration,
  '0001_keys': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table projects (id text primary key, name text not null unique, created_at timestamptz not null default now())`.execute(db);
      await sql`create table keys (
        id text primary key,
        project_id text not null references projects (id),
        name text not null,
        sha256 bytea not null unique,
        hint text not null,
        created_at timestamptz not null default now()
      )`.execute(db);
      await sql`create index keys_by_project on keys (project_id, created_at, id)`.execute(db);
      await isolateByProject(db, 'keys');
    },
  },
  '0002_requests': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table idempotency (
        project_id text not null,
        operation text not null,
        key text not null,
        fingerprint text,
        answer jsonb,
        claimed_at timestamptz not null default now(),
        primary key (project_id, operation, key)
      )`.execute(db);
      await isolateByProject(db, 'idempotency');
      await sql`create table audit (
        id text primary key,
        project_id text not null,
        key_id text not null,
        request_id text not null,
        operation text not null,
        path text not null,
        status integer not null,
        created_at timestamptz not null
      )`.execute(db);
      await sql`create index audit_by_project on audit (project_id, created_at, id)`.execute(db);
      await isolateByProject(db, 'audit');
      await sql`create table usage (
        event_id text primary key,
        project_id text not null,
        request_id text not null,
        model text not null,
        operation text not null,
        prompt_tokens integer not null,
        completion_tokens integer not null,
        cancelled boolean not null,
        created_at timestamptz not null
      )`.execute(db);
      await sql`create index usage_by_project on usage (project_id, created_at)`.execute(db);
      await isolateByProject(db, 'usage');
    },
  },
  '0003_conversations': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table responses (
        id text primary key,
        project_id text not null,
        created_at timestamptz not null,
        body jsonb not null,
        input_items jsonb not null,
        turns jsonb not null
      )`.execute(db);
      await isolateByProject(db, 'responses');
      await sql`create table file_batches (
        id text primary key,
        project_id text not null,
        store_id text not null,
        file_ids jsonb not null,
        cancelled boolean not null default false,
        created_at timestamptz not null
      )`.execute(db);
      await isolateByProject(db, 'file_batches');
    },
  },
  '0004_claims': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`alter table idempotency add column token text, add column in_doubt boolean not null default false, add column settled_at timestamptz`.execute(
        db,
      );
      await sql`update idempotency set settled_at = claimed_at where fingerprint is not null`.execute(db);
      await sql`create index idempotency_age on idempotency ((coalesce(settled_at, claimed_at)))`.execute(db);
    },
  },
};
