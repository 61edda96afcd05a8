import { newId } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../http/caller.js';
import { Peers } from '../../peers/peers.js';
import type { FileBatch } from '../file-batch.entity.js';
import { FileBatchRepository } from '../file-batch.repository.js';
import { inTurns } from '../in-turns.js';
import { chunkingOf } from '../store-fields.js';
import type { BatchInput } from '../store-file-operations.js';

/** Attaches several files to a store; all of them, or none when one is not there. */
@Injectable()
export class AttachBatch {
  constructor(
    private readonly peers: Peers,
    private readonly batches: FileBatchRepository,
  ) {}

  async execute(storeId: string, input: BatchInput, caller: Caller): Promise<FileBatch> {
    const attachments = attachmentsOf(storeId, input);
    await this.peers.stores.getStore({ id: storeId }, caller);
    await inTurns(attachments, ({ fileId }) => this.peers.files.getFile({ id: fileId }, caller));
    const fileIds = attachments.map(({ fileId }) => fileId);
    const batch = { id: newId('vsfb_'), projectId: caller.projectId, storeId, fileIds, isCancelled: false, createdAt: new Date() };
    // The batch comes first: should this process end here, its files are seen to be missing instead of being attached unnamed.
    await this.batches.add(batch);
    await inTurns(attachments, (attachment) => this.peers.stores.attachFile(attachment, caller));
    return batch;
  }
}

function attachmentsOf(storeId: string, input: BatchInput) {
  const files =
    input.files ?? [...new Set(input.file_ids ?? [])].map((file_id) => ({ file_id, attributes: input.attributes, chunking_strategy: input.chunking_strategy }));
  return files.map((file) => ({
    storeId,
    fileId: file.file_id,
    attributesJson: JSON.stringify(file.attributes ?? {}),
    chunking: chunkingOf(file.chunking_strategy),
  }));
}
