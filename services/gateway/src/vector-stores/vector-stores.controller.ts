import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, pageOf } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { Peers } from '../peers/peers.js';
import { chunkingOf, type VectorStoreView } from './store-fields.js';
import {
  type SearchPageView,
  createVectorStore,
  deleteVectorStore,
  getVectorStore,
  listVectorStores,
  searchVectorStore,
  updateVectorStore,
} from './store-operations.js';
import { searchView, storeView } from './store-views.js';

/** Vector stores and the search in them. */
@Controller()
export class VectorStoresController {
  constructor(private readonly peers: Peers) {}

  @Serve(createVectorStore)
  async create(@Input(createVectorStore) { body }: InputOf<typeof createVectorStore>, @From() caller: Caller): Promise<VectorStoreView> {
    const wanted = {
      name: body?.name ?? '',
      fileIds: body?.file_ids ?? [],
      metadata: body?.metadata ?? {},
      expiresAfterDays: body?.expires_after?.days ?? 0,
      chunking: chunkingOf(body?.chunking_strategy),
    };
    return storeView(await this.peers.stores.createStore(wanted, caller));
  }

  @Serve(listVectorStores)
  async list(@Input(listVectorStores) { query }: InputOf<typeof listVectorStores>, @From() caller: Caller) {
    // Over gRPC, because a page can be larger than a NATS message.
    const { stores, hasMore } = await this.peers.storeTexts.listStores({ page: pageOf(query) }, caller);
    return listView(
      stores.map((store) => storeView(store)),
      hasMore,
    );
  }

  @Serve(getVectorStore)
  async get(@Input(getVectorStore) { params }: InputOf<typeof getVectorStore>, @From() caller: Caller): Promise<VectorStoreView> {
    return storeView(await this.peers.stores.getStore({ id: params.vector_store_id }, caller));
  }

  @Serve(updateVectorStore)
  async update(@Input(updateVectorStore) { params, body }: InputOf<typeof updateVectorStore>, @From() caller: Caller): Promise<VectorStoreView> {
    const changes = {
      id: params.vector_store_id,
      name: body.name ?? undefined,
      metadata: body.metadata ?? {},
      replaceMetadata: body.metadata !== undefined,
      expiresAfterDays: body.expires_after === undefined ? undefined : (body.expires_after?.days ?? 0),
    };
    return storeView(await this.peers.stores.updateStore(changes, caller));
  }

  @Serve(deleteVectorStore)
  async delete(@Input(deleteVectorStore) { params }: InputOf<typeof deleteVectorStore>, @From() caller: Caller) {
    const { id } = await this.peers.stores.deleteStore({ id: params.vector_store_id }, caller);
    return { id, object: 'vector_store.deleted' as const, deleted: true };
  }

  @Serve(searchVectorStore)
  async search(@Input(searchVectorStore) { params, body }: InputOf<typeof searchVectorStore>, @From() caller: Caller): Promise<SearchPageView> {
    const queries = typeof body.query === 'string' ? [body.query] : body.query;
    const search = {
      storeId: params.vector_store_id,
      queries,
      maxResults: body.max_num_results ?? 0,
      filtersJson: body.filters == null ? '' : JSON.stringify(body.filters),
      scoreThreshold: body.ranking_options?.score_threshold ?? 0,
    };
    const { hits } = await this.peers.storeTexts.search(search, caller);
    return searchView(queries, hits);
  }
}
