import { Module } from '@nestjs/common';
import { AttachBatch } from './attach-batch/attach-batch.js';
import { CancelBatch } from './cancel-batch/cancel-batch.js';
import { FileBatchRepository } from './file-batch.repository.js';
import { FileBatchesController } from './file-batches.controller.js';
import { PostgresFileBatchRepository } from './postgres-file-batch.repository.js';
import { ReadBatch } from './read-batch/read-batch.js';
import { StoreFilesController } from './store-files.controller.js';
import { VectorStoresController } from './vector-stores.controller.js';

/** Documents that can be searched and answered from. */
@Module({
  controllers: [VectorStoresController, StoreFilesController, FileBatchesController],
  providers: [{ provide: FileBatchRepository, useClass: PostgresFileBatchRepository }, AttachBatch, ReadBatch, CancelBatch],
})
export class VectorStoresModule {}
