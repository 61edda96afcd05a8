import { type EventTables, outboxMigration } from '@conch/events';
import { type Migrations, isolateByProject } from '@conch/storage';
import { type Kysely, sql } from 'kysely';

/** One row a file that is there. */
export interface FilesTable {
  readonly id: string;
  readonly project_id: string;
  readonly filename: string;
  readonly purpose: string;
  readonly size_bytes: number;
  readonly content_digest: string;
  readonly status: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly dataset_version_id: string | null;
  readonly adoption_key: string | null;
}

/** One row a dataset version; rows are never changed, and outlive the file they came from. */
export interface DatasetVersionsTable {
  readonly id: string;
  readonly project_id: string;
  readonly dataset_id: string;
  readonly file_id: string;
  readonly digest: string;
  readonly format: string;
  readonly row_count: number;
  readonly last_answer_only: boolean;
  readonly folder_digest: string;
  readonly folder_size_bytes: number;
  readonly created_at: Date;
}

export interface DatasetsDatabase extends EventTables {
  readonly files: FilesTable;
  readonly dataset_versions: DatasetVersionsTable;
}

export const migrations: Migrations = {
  ...outboxMigration,
  '0001_files': {
    up: async (db: Kysely<unknown>): Promise<void> => {
      await sql`create table files (
        id text primary key,
        project_id text not null,
        filename text not null,
        purpose text not null,
        size_bytes bigint not null,
        content_digest text not null,
        status text not null check (status in ('uploaded', 'processed', 'error')),
        created_at timestamptz not null,
        expires_at timestamptz,
        dataset_version_id text,
        adoption_key text,
        unique (project_id, adoption_key)
      )`.execute(db);
      await sql`create index files_listed on files (project_id, created_at, id)`.execute(db);
      await sql`create index files_expiring on files (expires_at) where expires_at is not null`.execute(db);
      await isolateByProject(db, 'files');
      await sql`create table dataset_versions (
        id text primary key,
        project_id text not null,
        dataset_id text not null,
        file_id text not null unique,
        digest text not null,
        format text not null,
        row_count bigint not null,
        last_answer_only boolean not null,
        folder_digest text not null,
        folder_size_bytes bigint not null,
        created_at timestamptz not null
      )`.execute(db);
      await sql`create index dataset_versions_listed on dataset_versions (project_id, created_at, id)`.execute(db);
      // A version is what models are traced back to, so nothing in the service can change one.
      await sql`create rule dataset_versions_stay as on update to dataset_versions do instead nothing`.execute(db);
      await isolateByProject(db, 'dataset_versions');
    },
  },
};
