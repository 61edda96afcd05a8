import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, pageOf } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { Peers } from '../peers/peers.js';
import { type ContentPageView, attachFile, detachFile, getStoreFile, listStoreFiles, readStoreFile, updateStoreFile } from './store-file-operations.js';
import { chunkingOf, type VectorStoreFileView } from './store-fields.js';
import { fileView, stateOf } from './store-views.js';

/** The files of a vector store. */
@Controller()
export class StoreFilesController {
  constructor(private readonly peers: Peers) {}

  @Serve(attachFile)
  async attach(@Input(attachFile) { params, body }: InputOf<typeof attachFile>, @From() caller: Caller): Promise<VectorStoreFileView> {
    const attachment = {
      storeId: params.vector_store_id,
      fileId: body.file_id,
      attributesJson: JSON.stringify(body.attributes ?? {}),
      chunking: chunkingOf(body.chunking_strategy),
    };
    return fileView(await this.peers.stores.attachFile(attachment, caller));
  }

  @Serve(listStoreFiles)
  async list(@Input(listStoreFiles) { params, query }: InputOf<typeof listStoreFiles>, @From() caller: Caller) {
    // Over gRPC, because a page can be larger than a NATS message.
    const { documents, hasMore } = await this.peers.storeTexts.listDocuments(
      { storeId: params.vector_store_id, page: pageOf(query), state: stateOf(query.filter) },
      caller,
    );
    return listView(documents.map(fileView), hasMore);
  }

  @Serve(getStoreFile)
  async get(@Input(getStoreFile) { params }: InputOf<typeof getStoreFile>, @From() caller: Caller): Promise<VectorStoreFileView> {
    return fileView(await this.peers.stores.getDocument({ storeId: params.vector_store_id, fileId: params.file_id }, caller));
  }

  @Serve(updateStoreFile)
  async update(@Input(updateStoreFile) { params, body }: InputOf<typeof updateStoreFile>, @From() caller: Caller): Promise<VectorStoreFileView> {
    const place = { storeId: params.vector_store_id, fileId: params.file_id };
    // Attaching a file that is there, cut as it was, replaces its attributes and nothing else.
    const { chunking } = await this.peers.stores.getDocument(place, caller);
    return fileView(await this.peers.stores.attachFile({ ...place, chunking, attributesJson: JSON.stringify(body.attributes ?? {}) }, caller));
  }

  @Serve(detachFile)
  async detach(@Input(detachFile) { params }: InputOf<typeof detachFile>, @From() caller: Caller) {
    const { fileId } = await this.peers.stores.detachFile({ storeId: params.vector_store_id, fileId: params.file_id }, caller);
    return { id: fileId, object: 'vector_store.file.deleted' as const, deleted: true };
  }

  @Serve(readStoreFile)
  async read(@Input(readStoreFile) { params }: InputOf<typeof readStoreFile>, @From() caller: Caller): Promise<ContentPageView> {
    const { chunks } = await this.peers.storeTexts.listChunks({ storeId: params.vector_store_id, fileId: params.file_id }, caller);
    return { object: 'vector_store.file_content.page', data: chunks.map(({ text }) => ({ type: 'text', text })), has_more: false, next_page: null };
  }
}
