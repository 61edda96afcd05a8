import { type Document, DocumentState } from '@conch/contracts/retrieval';
import { DomainError } from '@conch/errors';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../http/caller.js';
import { unixSeconds } from '../../http/schemas.js';
import { Peers } from '../../peers/peers.js';
import type { FileBatch } from '../file-batch.entity.js';
import { FileBatchRepository } from '../file-batch.repository.js';
import { inTurns } from '../in-turns.js';
import type { FileBatchView } from '../store-fields.js';
import { statusOf } from '../store-views.js';

/** A batch together with those of its files that are still in the store. */
export interface StockedBatch {
  readonly batch: FileBatch;
  readonly documents: readonly Document[];
}

/** Says how far a batch's files are. */
@Injectable()
export class ReadBatch {
  constructor(
    private readonly peers: Peers,
    private readonly batches: FileBatchRepository,
  ) {}

  async execute(storeId: string, id: string, caller: Caller): Promise<StockedBatch> {
    return this.stock(await this.batches.get(caller.projectId, storeId, id), caller);
  }

  async stock(batch: FileBatch, caller: Caller): Promise<StockedBatch> {
    const found = await inTurns(batch.fileIds, (fileId) => this.find(batch.storeId, fileId, caller));
    return { batch, documents: found.filter((document) => document !== null) };
  }

  private async find(storeId: string, fileId: string, caller: Caller): Promise<Document | null> {
    try {
      return await this.peers.stores.getDocument({ storeId, fileId }, caller);
    } catch (error) {
      // A file that was taken out, or a store that was deleted, leaves the batch with fewer files.
      if (error instanceof DomainError && error.kind === 'not_found') return null;
      throw error;
    }
  }
}

/** A batch as the outside sees it; files that were taken out of the store count as cancelled. */
export function batchView({ batch, documents }: StockedBatch): FileBatchView {
  const counts = { in_progress: 0, completed: 0, failed: 0, cancelled: batch.fileIds.length - documents.length, total: batch.fileIds.length };
  for (const { state } of documents) counts[statusOf(state)] += 1;
  const isAllFailed = documents.length > 0 && documents.every(({ state }) => state === DocumentState.DOCUMENT_STATE_FAILED);
  const settled = isAllFailed ? 'failed' : 'completed';
  return {
    id: batch.id,
    object: 'vector_store.files_batch',
    created_at: unixSeconds(batch.createdAt),
    vector_store_id: batch.storeId,
    status: batch.isCancelled ? 'cancelled' : counts.in_progress > 0 ? 'in_progress' : settled,
    file_counts: counts,
  };
}
