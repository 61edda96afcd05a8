import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { pageOfRows } from '../http/page-of-rows.js';
import { listView } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { AttachBatch } from './attach-batch/attach-batch.js';
import { CancelBatch } from './cancel-batch/cancel-batch.js';
import { ReadBatch, batchView } from './read-batch/read-batch.js';
import type { FileBatchView } from './store-fields.js';
import { cancelFileBatch, createFileBatch, getFileBatch, listFileBatch } from './store-file-operations.js';
import { fileView } from './store-views.js';

/** Files that are attached to a vector store together. */
@Controller()
export class FileBatchesController {
  constructor(
    private readonly attaching: AttachBatch,
    private readonly reading: ReadBatch,
    private readonly cancelling: CancelBatch,
  ) {}

  @Serve(createFileBatch)
  async create(@Input(createFileBatch) { params, body }: InputOf<typeof createFileBatch>, @From() caller: Caller): Promise<FileBatchView> {
    const batch = await this.attaching.execute(params.vector_store_id, body, caller);
    return batchView(await this.reading.stock(batch, caller));
  }

  @Serve(getFileBatch)
  async get(@Input(getFileBatch) { params }: InputOf<typeof getFileBatch>, @From() caller: Caller): Promise<FileBatchView> {
    return batchView(await this.reading.execute(params.vector_store_id, params.batch_id, caller));
  }

  @Serve(cancelFileBatch)
  async cancel(@Input(cancelFileBatch) { params }: InputOf<typeof cancelFileBatch>, @From() caller: Caller): Promise<FileBatchView> {
    return batchView(await this.cancelling.execute(params.vector_store_id, params.batch_id, caller));
  }

  @Serve(listFileBatch)
  async list(@Input(listFileBatch) { params, query }: InputOf<typeof listFileBatch>, @From() caller: Caller) {
    const { documents } = await this.reading.execute(params.vector_store_id, params.batch_id, caller);
    const sign = query.order === 'asc' ? 1 : -1;
    const files = documents.map(fileView).toSorted((a, b) => sign * (a.created_at - b.created_at || (a.id < b.id ? -1 : 1)));
    const { rows, hasMore } = pageOfRows(files, query, ({ status }) => query.filter === undefined || status === query.filter);
    return listView(rows, hasMore);
  }
}
