import { type EventTables, outboxMigration } from '@conch/events';
import { type Migrations, isolateByProject } from '@conch/storage';
import { type Kysely, sql } from 'kysely';
import type { VersionContent } from './models/model.entity.js';

/** One row a model; a deleted one stays, because versions of other models may point back at its versions. */
export interface ModelsTable {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly base_model: string;
  readonly created_at: Date;
  readonly deleted_at: Date | null;
}

/** One row a version; only its state ever changes. */
export interface ModelVersionsTable {
  readonly id: string;
  readonly project_id: string;
  readonly model_id: string;
  readonly number: number;
  readonly state: string;
  readonly digest: string;
  readonly job_id: string;
  readonly content: VersionContent;
  readonly created_at: Date;
}

/** One row an alias. */
export interface AliasesTable {
  readonly model_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly version_number: number;
  readonly updated_at: Date;
}

export interface RegistryDatabase extends EventTables {
  readonly models: ModelsTable;
  readonly model_versions: ModelVersionsTable;
  readonly aliases: AliasesTable;
}

export const migrations: Migrations = {
  ...outboxMigration,
  '0001_models': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table models (
        id text primary key,
        project_id text not null,
        name text not null,
        base_model text not null,
        created_at timestamptz not null,
        deleted_at timestamptz
      )`.execute(db);
      // A deleted model's name is free again.
      await sql`create unique index models_named on models (project_id, name) where deleted_at is null`.execute(db);
      await sql`create index models_listed on models (created_at, id) where deleted_at is null`.execute(db);
      await isolateByProject(db, 'models', { publicReadable: true });
      await sql`create table model_versions (
        id text primary key,
        project_id text not null,
        model_id text not null references models (id),
        number integer not null check (number > 0),
        state text not null check (state in ('registered', 'retired')),
        digest text not null,
        job_id text not null,
        content jsonb not null,
        created_at timestamptz not null,
        unique (model_id, number),
        unique (project_id, job_id)
      )`.execute(db);
      await isolateByProject(db, 'model_versions', { publicReadable: true });
      await sql`create table aliases (
        model_id text not null references models (id),
        project_id text not null,
        name text not null,
        version_number integer not null,
        updated_at timestamptz not null,
        primary key (model_id, name),
        foreign key (model_id, version_number) references model_versions (model_id, number)
      )`.execute(db);
      await isolateByProject(db, 'aliases', { publicReadable: true });
    },
  },
};
