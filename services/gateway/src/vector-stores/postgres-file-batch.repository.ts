import { Database, jsonb } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import type { GatewayDatabase } from '../database.js';
import type { FileBatch } from './file-batch.entity.js';
import { FileBatchNotFound } from './file-batch.errors.js';
import { FileBatchRepository } from './file-batch.repository.js';

/** File batches in the gateway's Postgres. */
@Injectable()
export class PostgresFileBatchRepository extends FileBatchRepository {
  constructor(private readonly database: Database<GatewayDatabase>) {
    super();
  }

  override async add(batch: FileBatch): Promise<void> {
    const row = {
      id: batch.id,
      project_id: batch.projectId,
      store_id: batch.storeId,
      file_ids: jsonb(batch.fileIds),
      cancelled: batch.isCancelled,
      created_at: batch.createdAt,
    };
    await this.database.inProject(batch.projectId, (tx) => tx.insertInto('file_batches').values(row).execute());
  }

  override async get(projectId: string, storeId: string, id: string): Promise<FileBatch> {
    const row = await this.database.inProject(projectId, (tx) =>
      tx.selectFrom('file_batches').selectAll().where('id', '=', id).where('store_id', '=', storeId).executeTakeFirst(),
    );
    if (row === undefined) throw new FileBatchNotFound(storeId, id);
    return { id, projectId, storeId, fileIds: row.file_ids as string[], isCancelled: row.cancelled, createdAt: row.created_at };
  }

  override async markCancelled(batch: FileBatch): Promise<FileBatch> {
    await this.database.inProject(batch.projectId, (tx) => tx.updateTable('file_batches').set({ cancelled: true }).where('id', '=', batch.id).execute());
    return { ...batch, isCancelled: true };
  }
}
