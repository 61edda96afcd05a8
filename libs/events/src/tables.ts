import { isolateByProject, type Migrations } from '@conch/storage';
import { type Generated, type Kysely, sql } from 'kysely';

/** An event that is to be published. */
export interface OutboxTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly project_id: string;
  readonly subject: string;
  readonly aggregate: string;
  readonly epoch: number | null;
  readonly payload: Buffer;
  readonly traceparent: string | null;
  readonly created_at: Generated<Date>;
  readonly sent_at: Date | null;
  readonly failures: Generated<number>;
  readonly last_error: string | null;
}

/** An event that a consumer has handled. */
export interface InboxTable {
  readonly consumer: string;
  readonly event_id: string;
  readonly received_at: Generated<Date>;
}

/** The tables that this package adds to a service's database. */
export interface EventTables {
  readonly outbox: OutboxTable;
  readonly inbox: InboxTable;
}

/** The channel on which a committed transaction wakes the relay. */
export const OUTBOX_CHANNEL = 'conch_outbox';

/** Migrations for a service that announces events; merge them into the service's own. */
export const outboxMigration: Migrations = {
  '0000_conch_outbox': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table outbox (
        seq bigint generated always as identity primary key,
        id text not null unique,
        project_id text not null,
        subject text not null,
        aggregate text not null,
        epoch bigint,
        payload bytea not null,
        traceparent text,
        created_at timestamptz not null default clock_timestamp(),
        sent_at timestamptz,
        failures integer not null default 0,
        last_error text
      )`.execute(db);
      await sql`create index outbox_unsent on outbox (aggregate, seq) where sent_at is null`.execute(db);
      await sql`create index outbox_sent on outbox (sent_at) where sent_at is not null`.execute(db);
      await isolateByProject(db, 'outbox');
    },
  },
};

/** Migrations for a service that handles events; merge them into the service's own. */
export const inboxMigration: Migrations = {
  '0000_conch_inbox': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      // No project column: it holds nothing but the ids of events that were handled.
      await sql`create table inbox (
        consumer text not null,
        event_id text not null,
        received_at timestamptz not null default clock_timestamp(),
        primary key (consumer, event_id)
      )`.execute(db);
      await sql`create index inbox_received on inbox (received_at)`.execute(db);
    },
  },
};
