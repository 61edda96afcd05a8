import { asDigest } from '@conch/artifacts';
import type { Outbox } from '@conch/events';
import { type Database, pageBy } from '@conch/storage';
import type { Selectable, Transaction } from 'kysely';
import type { DatasetsDatabase, FilesTable } from '../database.js';
import type { DatasetVersion } from '../versions/dataset-version.entity.js';
import { toVersionRow } from '../versions/postgres-dataset-version.repository.js';
import { type FileStatus, type Purpose, StoredFile } from './file.entity.js';
import { type FilePage, type FileQuery, FileRepository } from './file.repository.js';

/** OpenAI's list of files has this many at most, and by default. */
const MAX_FILES_A_PAGE = 10_000;

/** Files in Postgres; versions and deletions are announced in the transaction that stores them. */
export class PostgresFileRepository extends FileRepository {
  constructor(
    private readonly database: Database<DatasetsDatabase>,
    private readonly outbox: Outbox<DatasetsDatabase>,
    private readonly now: () => Date,
  ) {
    super();
  }

  override async find(projectId: string, id: string): Promise<StoredFile | null> {
    const row = await this.database.inProject(projectId, (tx) =>
      tx.selectFrom('files').selectAll().where('project_id', '=', projectId).where('id', '=', id).executeTakeFirst(),
    );
    const file = row === undefined ? null : fromRow(row);
    return file === null || file.isExpired(this.now()) ? null : file;
  }

  override async list(projectId: string, query: FileQuery): Promise<FilePage> {
    const now = this.now();
    const page = await this.database.inProject(projectId, (tx) =>
      pageBy(tx.selectFrom('files').selectAll().where('project_id', '=', projectId), query, {
        table: 'files',
        defaultLimit: MAX_FILES_A_PAGE,
        maxLimit: MAX_FILES_A_PAGE,
        narrow: (files) => {
          const standing = files.where((is) => is.or([is('expires_at', 'is', null), is('expires_at', '>', now)]));
          return query.purpose === null ? standing : standing.where('purpose', '=', query.purpose);
        },
      }),
    );
    return { files: page.rows.map(fromRow), hasMore: page.hasMore };
  }

  override async add(file: StoredFile, version: DatasetVersion | null): Promise<void> {
    const { id: fileId, projectId } = file.facts;
    await this.database.inProject(projectId, async (tx) => {
      await tx.insertInto('files').values(toRow(file, null)).execute();
      if (version === null) return;
      await tx.insertInto('dataset_versions').values(toVersionRow(version)).execute();
      const message = { datasetVersionId: version.id, fileId, digest: version.digest };
      await this.outbox.add(tx, 'conch.events.datasets.version.created', message, { projectId });
    });
  }

  override async addOnce(file: StoredFile, key: string): Promise<StoredFile> {
    const row = await this.database.inProject(file.facts.projectId, async (tx) => {
      const added = await tx
        .insertInto('files')
        .values(toRow(file, key))
        .onConflict((conflict) => conflict.columns(['project_id', 'adoption_key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (added !== undefined) return added;
      return tx.selectFrom('files').selectAll().where('project_id', '=', file.facts.projectId).where('adoption_key', '=', key).executeTakeFirstOrThrow();
    });
    return fromRow(row);
  }

  override async remove(projectId: string, id: string): Promise<boolean> {
    return this.database.inProject(projectId, (tx) => this.removeRow(tx, projectId, id));
  }

  override async removeExpired(now: Date, limit: number): Promise<number> {
    return this.database.asSystem(async (tx) => {
      const due = await tx
        .selectFrom('files')
        .select(['id', 'project_id'])
        .where('expires_at', '<=', now)
        .orderBy('expires_at')
        .limit(limit)
        .forUpdate()
        .skipLocked()
        .execute();
      for (const { id, project_id: projectId } of due) await this.removeRow(tx, projectId, id);
      return due.length;
    });
  }

  private async removeRow(tx: Transaction<DatasetsDatabase>, projectId: string, id: string): Promise<boolean> {
    const removed = await tx.deleteFrom('files').where('project_id', '=', projectId).where('id', '=', id).returning('id').executeTakeFirst();
    if (removed === undefined) return false;
    await this.outbox.add(tx, 'conch.events.datasets.file.deleted', { fileId: id }, { projectId });
    return true;
  }
}

function fromRow(row: Selectable<FilesTable>): StoredFile {
  return new StoredFile({
    id: row.id,
    projectId: row.project_id,
    filename: row.filename,
    purpose: row.purpose as Purpose,
    sizeBytes: row.size_bytes,
    contentDigest: asDigest(row.content_digest),
    status: row.status as FileStatus,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    datasetVersionId: row.dataset_version_id,
  });
}

function toRow(file: StoredFile, adoptionKey: string | null): FilesTable {
  const facts = file.facts;
  return {
    id: facts.id,
    project_id: facts.projectId,
    filename: facts.filename,
    purpose: facts.purpose,
    size_bytes: facts.sizeBytes,
    content_digest: facts.contentDigest,
    status: facts.status,
    created_at: facts.createdAt,
    expires_at: facts.expiresAt,
    dataset_version_id: facts.datasetVersionId,
    adoption_key: adoptionKey,
  };
}
