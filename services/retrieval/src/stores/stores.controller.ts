import type {
  AttachFileRequest,
  Chunk,
  CreateStoreRequest,
  DeleteStoreRequest,
  DetachFileRequest,
  Document,
  GetDocumentRequest,
  GetStoreRequest,
  Hit,
  ListChunksRequest,
  ListDocumentsRequest,
  ListStoresRequest,
  SearchRequest,
  Store,
  StoresServiceDefinition,
  UpdateStoreRequest,
} from '@conch/contracts/retrieval';
import type { CallContext, Handlers, PartialMessage } from '@conch/rpc';
import type { AttachFile } from '../documents/attach-file/attach-file.js';
import type { DetachFile } from '../documents/detach-file/detach-file.js';
import type { ReadDocument } from '../documents/read-document/read-document.js';
import { pageOf } from '../page.js';
import type { SearchStore } from '../search/search-store.js';
import type { CreateStore } from './create-store/create-store.js';
import type { DeleteStore } from './delete-store/delete-store.js';
import type { ReadStore } from './read-store/read-store.js';
import { chunkMessage, documentMessage, hitMessage, stateOf, storeMessage } from './store-messages.js';
import type { StoreRepository } from './store.repository.js';
import type { UpdateStore } from './update-store/update-store.js';

/** The use cases that the controller hands calls to. */
export interface StoreUseCases {
  readonly create: CreateStore;
  readonly read: ReadStore;
  readonly update: UpdateStore;
  readonly remove: DeleteStore;
  readonly attach: AttachFile;
  readonly readDocument: ReadDocument;
  readonly detach: DetachFile;
  readonly search: SearchStore;
}

/** Vector stores on both doors. */
export class StoresController implements Handlers<typeof StoresServiceDefinition> {
  constructor(
    private readonly stores: StoreRepository,
    private readonly use: StoreUseCases,
  ) {}

  async createStore({ name, fileIds, metadata, expiresAfterDays, chunking }: CreateStoreRequest, { projectId }: CallContext): Promise<PartialMessage<Store>> {
    return storeMessage(await this.use.create.execute({ projectId, name, fileIds, metadata, expiresAfterDays, chunking }));
  }

  async getStore({ id }: GetStoreRequest, { projectId }: CallContext): Promise<PartialMessage<Store>> {
    return storeMessage(await this.use.read.execute(projectId, id));
  }

  async listStores({ page }: ListStoresRequest, { projectId }: CallContext): Promise<{ stores: PartialMessage<Store>[]; hasMore: boolean }> {
    const { rows, hasMore } = await this.stores.list(projectId, pageOf(page));
    return { stores: rows.map(storeMessage), hasMore };
  }

  async updateStore({ id, name, metadata, replaceMetadata, expiresAfterDays }: UpdateStoreRequest, { projectId }: CallContext): Promise<PartialMessage<Store>> {
    return storeMessage(await this.use.update.execute({ projectId, id, name, metadata: replaceMetadata ? metadata : undefined, expiresAfterDays }));
  }

  async deleteStore({ id }: DeleteStoreRequest, { projectId }: CallContext): Promise<{ id: string }> {
    await this.use.remove.execute(projectId, id);
    return { id };
  }

  async attachFile({ storeId, fileId, attributesJson, chunking }: AttachFileRequest, { projectId }: CallContext): Promise<PartialMessage<Document>> {
    return documentMessage(await this.use.attach.execute({ projectId, storeId, fileId, attributesJson, chunking }));
  }

  async getDocument({ storeId, fileId }: GetDocumentRequest, { projectId }: CallContext): Promise<PartialMessage<Document>> {
    return documentMessage(await this.use.readDocument.execute(projectId, storeId, fileId));
  }

  async listDocuments(
    { storeId, page, state }: ListDocumentsRequest,
    { projectId }: CallContext,
  ): Promise<{ documents: PartialMessage<Document>[]; hasMore: boolean }> {
    const { rows, hasMore } = await this.use.readDocument.list(projectId, storeId, { page: pageOf(page), state: stateOf(state) });
    return { documents: rows.map(documentMessage), hasMore };
  }

  async detachFile({ storeId, fileId }: DetachFileRequest, { projectId }: CallContext): Promise<{ fileId: string }> {
    await this.use.detach.execute(projectId, storeId, fileId);
    return { fileId };
  }

  async listChunks({ storeId, fileId }: ListChunksRequest, { projectId }: CallContext): Promise<{ chunks: PartialMessage<Chunk>[] }> {
    return { chunks: (await this.use.readDocument.chunks(projectId, storeId, fileId)).map(chunkMessage) };
  }

  async search(request: SearchRequest, { projectId, signal }: CallContext): Promise<{ hits: PartialMessage<Hit>[] }> {
    const { storeId, queries, maxResults, filtersJson, scoreThreshold } = request;
    return { hits: (await this.use.search.execute({ projectId, storeId, queries, maxResults, filtersJson, scoreThreshold, signal })).map(hitMessage) };
  }
}
