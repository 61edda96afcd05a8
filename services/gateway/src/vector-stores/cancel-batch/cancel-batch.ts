import { DocumentState } from '@conch/contracts/retrieval';
import { DomainError } from '@conch/errors';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../http/caller.js';
import { Peers } from '../../peers/peers.js';
import { FileBatchRepository } from '../file-batch.repository.js';
import { inTurns } from '../in-turns.js';
import { ReadBatch, type StockedBatch } from '../read-batch/read-batch.js';

/** Takes those files of a batch out of the store that are not indexed yet; what is indexed stays. */
@Injectable()
export class CancelBatch {
  constructor(
    private readonly peers: Peers,
    private readonly batches: FileBatchRepository,
    private readonly reading: ReadBatch,
  ) {}

  async execute(storeId: string, id: string, caller: Caller): Promise<StockedBatch> {
    const { batch, documents } = await this.reading.execute(storeId, id, caller);
    const waiting = documents.filter(({ state }) => state === DocumentState.DOCUMENT_STATE_IN_PROGRESS);
    // A batch that is done has nothing left to be cancelled and stays what it is.
    if (waiting.length === 0) return { batch, documents };
    const cancelled = await this.batches.markCancelled(batch);
    await inTurns(waiting, ({ fileId }) => this.detach(storeId, fileId, caller));
    return this.reading.stock(cancelled, caller);
  }

  private async detach(storeId: string, fileId: string, caller: Caller): Promise<void> {
    try {
      await this.peers.stores.detachFile({ storeId, fileId }, caller);
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'not_found') throw error;
    }
  }
}
