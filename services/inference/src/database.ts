import { type EventTables, inboxMigration, outboxMigration } from '@conch/events';
import { type Migrations, isolateByProject } from '@conch/storage';
import { type Kysely, sql } from 'kysely';

/** One row a deployment. */
export interface DeploymentsTable {
  readonly id: string;
  readonly project_id: string;
  readonly model: string;
  readonly model_version_id: string;
  readonly revision_id: string;
  readonly serving_digest: string;
  readonly weight_format: string;
  readonly state: string;
  readonly reason: string;
  readonly failures: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export interface InferenceDatabase extends EventTables {
  readonly deployments: DeploymentsTable;
}

export const migrations: Migrations = {
  ...outboxMigration,
  ...inboxMigration,
  '0001_deployments': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table deployments (
        id text primary key,
        project_id text not null,
        model text not null,
        model_version_id text not null unique,
        revision_id text not null unique,
        serving_digest text not null,
        weight_format text not null,
        state text not null check (state in ('pending', 'loading', 'ready', 'failed', 'draining')),
        reason text not null,
        failures integer not null,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`.execute(db);
      await isolateByProject(db, 'deployments', { publicReadable: true });
    },
  },
};
