import { asDigest } from '@conch/artifacts';
import { type Database, pageBy } from '@conch/storage';
import type { Selectable } from 'kysely';
import type { DatasetsDatabase, DatasetVersionsTable } from '../database.js';
import type { RowFormat } from '../formats/row-format.js';
import type { DatasetVersion } from './dataset-version.entity.js';
import { DatasetVersionRepository, type VersionQuery } from './dataset-version.repository.js';

/** Dataset versions in Postgres. */
export class PostgresDatasetVersionRepository extends DatasetVersionRepository {
  constructor(private readonly database: Database<DatasetsDatabase>) {
    super();
  }

  override async find(projectId: string, id: string): Promise<DatasetVersion | null> {
    const row = await this.database.inProject(projectId, (tx) =>
      tx.selectFrom('dataset_versions').selectAll().where('project_id', '=', projectId).where('id', '=', id).executeTakeFirst(),
    );
    return row === undefined ? null : fromRow(row);
  }

  override async list(projectId: string, query: VersionQuery): Promise<{ versions: readonly DatasetVersion[]; hasMore: boolean }> {
    const page = await this.database.inProject(projectId, (tx) =>
      pageBy(tx.selectFrom('dataset_versions').selectAll().where('project_id', '=', projectId), query, { table: 'dataset_versions' }),
    );
    return { versions: page.rows.map(fromRow), hasMore: page.hasMore };
  }
}

/** A version as the row that is stored. */
export function toVersionRow(version: DatasetVersion): DatasetVersionsTable {
  return {
    id: version.id,
    project_id: version.projectId,
    dataset_id: version.datasetId,
    file_id: version.fileId,
    digest: version.digest,
    format: version.format,
    row_count: version.rows,
    last_answer_only: version.lastAnswerOnly,
    folder_digest: version.folderDigest,
    folder_size_bytes: version.folderSizeBytes,
    created_at: version.createdAt,
  };
}

function fromRow(row: Selectable<DatasetVersionsTable>): DatasetVersion {
  return {
    id: row.id,
    projectId: row.project_id,
    datasetId: row.dataset_id,
    fileId: row.file_id,
    digest: asDigest(row.digest),
    format: row.format as RowFormat,
    rows: row.row_count,
    lastAnswerOnly: row.last_answer_only,
    folderDigest: asDigest(row.folder_digest),
    folderSizeBytes: row.folder_size_bytes,
    createdAt: row.created_at,
  };
}
