import { DocumentState } from '@conch/contracts/retrieval';
import { Refusal } from '@conch/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { FakeRetrieval, aDocument, aHit, aStore } from './retrieval.fixture.js';
import { storeView } from './store-views.js';

const retrieval = new FakeRetrieval();

describe('vector stores', () => {
  let gateway: TestGateway;
  let sdk: OpenAI;

  beforeAll(async () => {
    gateway = await startGateway({
      stores: retrieval.stores ?? {},
      storeTexts: retrieval.storeTexts ?? {},
      files: {
        getFile: async ({ id = '' }) => {
          if (id === 'file-lost') throw new Refusal('not_found', 'FILE_NOT_FOUND', 'No such File object: file-lost.', { param: 'id' });
          return {
            id,
            filename: 'a',
            purpose: 'assistants',
            sizeBytes: 1,
            status: 'processed',
            statusDetails: '',
            createdAt: undefined,
            expiresAt: undefined,
            content: undefined,
            datasetVersionId: '',
          };
        },
      },
    });
    sdk = new OpenAI({ baseURL: `${await gateway.listen()}/v1`, apiKey: gateway.keys.one, maxRetries: 0 });
  }, 60_000);

  beforeEach(() => {
    retrieval.documents.clear();
    retrieval.asked.length = 0;
    retrieval.hits = [aHit()];
  });
  afterAll(() => gateway.stop(), 60_000);

  it('makes a store with its files, name, expiry and chunking', async () => {
    const store = await sdk.vectorStores.create({
      name: 'handbook',
      file_ids: ['file-1'],
      metadata: { a: 'b' },
      expires_after: { anchor: 'last_active_at', days: 7 },
      chunking_strategy: { type: 'static', static: { max_chunk_size_tokens: 300, chunk_overlap_tokens: 50 } },
    });
    expect(store).toMatchObject({ id: 'vs_1', object: 'vector_store', name: 'handbook', status: 'completed', file_counts: { completed: 1, total: 1 } });
    expect(retrieval.asked).toEqual([
      { name: 'handbook', fileIds: ['file-1'], metadata: { a: 'b' }, expiresAfterDays: 7, chunking: { maxChunkTokens: 300, chunkOverlapTokens: 50 } },
    ]);
  });

  it('makes a store from nothing at all', async () => {
    expect((await gateway.request('POST', '/v1/vector_stores')).statusCode).toBe(200);
  });

  it('tells whether a store is being filled, filled, or past its time', () => {
    const fileCounts = { inProgress: 2, completed: 1, failed: 0, cancelled: 0, total: 3 };
    expect(storeView(aStore({ fileCounts })).status).toBe('in_progress');
    expect(storeView(aStore()).status).toBe('completed');
    const expired = storeView(aStore({ expiresAfterDays: 1, expiresAt: new Date(1_700_000_100_000) }), new Date(1_700_000_200_000));
    expect(expired).toMatchObject({ status: 'expired', expires_after: { anchor: 'last_active_at', days: 1 }, expires_at: 1_700_000_100 });
  });

  it('lists with cursors, both ways round', async () => {
    const page = await sdk.vectorStores.list({ limit: 2, order: 'asc', after: 'vs_0' });
    expect([page.data.map(({ id }) => id), page.has_more]).toEqual([['vs_1', 'vs_2'], true]);
    expect(retrieval.asked).toEqual([{ page: { limit: 2, after: 'vs_0', before: '', ascending: true } }]);
  });

  it('changes only what is given, and keeps a store for ever when the expiry is null', async () => {
    await sdk.vectorStores.update('vs_1', { name: 'new' });
    await sdk.vectorStores.update('vs_1', { expires_after: null, metadata: { a: 'c' } });
    expect(retrieval.asked).toEqual([
      { id: 'vs_1', name: 'new', metadata: {}, replaceMetadata: false, expiresAfterDays: undefined },
      { id: 'vs_1', name: undefined, metadata: { a: 'c' }, replaceMetadata: true, expiresAfterDays: 0 },
    ]);
  });

  it('searches with filters and a threshold, and answers what was found and what it is tagged with', async () => {
    const filters = { type: 'and' as const, filters: [{ type: 'gte' as const, key: 'year', value: 2020 }] };
    const page = await sdk.vectorStores.search('vs_1', { query: 'When?', max_num_results: 3, filters, ranking_options: { score_threshold: 0.5 } });
    expect(page.data).toEqual([
      { file_id: 'file-1', filename: 'handbook.md', score: 0.8, attributes: { year: 2024 }, content: [{ type: 'text', text: 'The library opens at nine.' }] },
    ]);
    expect(retrieval.asked).toEqual([{ storeId: 'vs_1', queries: ['When?'], maxResults: 3, filtersJson: JSON.stringify(filters), scoreThreshold: 0.5 }]);
  });

  it('refuses to rewrite a query, and does not mind being told not to', async () => {
    const search = (rewrite_query: boolean) => gateway.request('POST', '/v1/vector_stores/vs_1/search', { payload: { query: 'x', rewrite_query } });
    expect([(await search(false)).statusCode, (await search(true)).json().error.param]).toEqual([200, 'rewrite_query']);
  });

  it('attaches, waits for, reads, tags and takes out a file', async () => {
    const attached = await sdk.vectorStores.files.create('vs_1', { file_id: 'file-1', attributes: { year: 2024, draft: false } });
    expect(attached).toMatchObject({
      id: 'file-1',
      object: 'vector_store.file',
      status: 'in_progress',
      last_error: null,
      attributes: { year: 2024, draft: false },
    });
    retrieval.documents.set('file-1', aDocument());
    const done = await sdk.vectorStores.files.poll('vs_1', 'file-1', { pollIntervalMs: 1 });
    expect(done).toMatchObject({
      status: 'completed',
      chunking_strategy: { type: 'static', static: { max_chunk_size_tokens: 200, chunk_overlap_tokens: 40 } },
    });
    const tagged = await sdk.vectorStores.files.update('file-1', { vector_store_id: 'vs_1', attributes: { year: 2025 } });
    expect(tagged.attributes).toEqual({ year: 2025 });
    const content = await sdk.vectorStores.files.content('file-1', { vector_store_id: 'vs_1' });
    expect(content.data).toEqual([{ type: 'text', text: 'One.' }]);
    expect(await sdk.vectorStores.files.delete('file-1', { vector_store_id: 'vs_1' })).toEqual({
      id: 'file-1',
      object: 'vector_store.file.deleted',
      deleted: true,
    });
    await expect(sdk.vectorStores.files.retrieve('file-1', { vector_store_id: 'vs_1' })).rejects.toMatchObject({ status: 404 });
  });

  it('says why a file could not be indexed', async () => {
    retrieval.documents.set('file-1', aDocument({ state: DocumentState.DOCUMENT_STATE_FAILED, errorCode: 'invalid_file', errorMessage: 'It is not text.' }));
    const file = await sdk.vectorStores.files.retrieve('file-1', { vector_store_id: 'vs_1' });
    expect([file.status, file.last_error]).toEqual(['failed', { code: 'invalid_file', message: 'It is not text.' }]);
  });

  it('refuses an overlap of more than half a passage by name', async () => {
    const chunking_strategy = { type: 'static', static: { max_chunk_size_tokens: 100, chunk_overlap_tokens: 51 } };
    const answer = await gateway.request('POST', '/v1/vector_stores/vs_1/files', { payload: { file_id: 'f', chunking_strategy } });
    expect(answer.json().error.param).toBe('chunking_strategy.static.chunk_overlap_tokens');
  });

  describe('file batches', () => {
    it('attach several files, each in its own way, and tell how far they are', async () => {
      const files = [{ file_id: 'file-1', attributes: { a: 1 } }, { file_id: 'file-2' }];
      const batch = await sdk.vectorStores.fileBatches.create('vs_1', { files });
      expect(batch).toMatchObject({
        object: 'vector_store.files_batch',
        vector_store_id: 'vs_1',
        status: 'in_progress',
        file_counts: { in_progress: 2, total: 2 },
      });
      retrieval.documents.set('file-1', aDocument());
      retrieval.documents.set('file-2', aDocument({ fileId: 'file-2', state: DocumentState.DOCUMENT_STATE_FAILED, errorCode: 'invalid_file' }));
      const done = await sdk.vectorStores.fileBatches.poll('vs_1', batch.id, { pollIntervalMs: 1 });
      expect(done).toMatchObject({ status: 'completed', file_counts: { completed: 1, failed: 1, in_progress: 0 } });
      const failed = await sdk.vectorStores.fileBatches.listFiles(batch.id, { vector_store_id: 'vs_1', filter: 'failed' });
      expect(failed.data.map(({ id }) => id)).toEqual(['file-2']);
    });

    it('attach nothing when one of the files is not there', async () => {
      await expect(sdk.vectorStores.fileBatches.create('vs_1', { file_ids: ['file-1', 'file-lost'] })).rejects.toMatchObject({ status: 404 });
      expect(retrieval.documents.size).toBe(0);
    });

    it('take out what is not indexed yet when they are cancelled, and keep the rest', async () => {
      const batch = await sdk.vectorStores.fileBatches.create('vs_1', { file_ids: ['file-1', 'file-2'] });
      retrieval.documents.set('file-1', aDocument());
      const cancelled = await sdk.vectorStores.fileBatches.cancel(batch.id, { vector_store_id: 'vs_1' });
      expect(cancelled).toMatchObject({ status: 'cancelled', file_counts: { completed: 1, cancelled: 1, in_progress: 0 } });
      expect([...retrieval.documents.keys()]).toEqual(['file-1']);
    });

    it('are paged in order', async () => {
      const batch = await sdk.vectorStores.fileBatches.create('vs_1', { file_ids: ['file-a', 'file-b', 'file-c'] });
      const page = await sdk.vectorStores.fileBatches.listFiles(batch.id, { vector_store_id: 'vs_1', limit: 2, order: 'asc' });
      expect([page.data.map(({ id }) => id), page.has_more]).toEqual([['file-a', 'file-b'], true]);
      const all: string[] = [];
      for await (const file of page) all.push(file.id);
      expect(all).toEqual(['file-a', 'file-b', 'file-c']);
    });

    it('are seen by their own project alone, and need one list of files', async () => {
      const batch = await sdk.vectorStores.fileBatches.create('vs_1', { file_ids: ['file-1'] });
      const other = await gateway.request('GET', `/v1/vector_stores/vs_1/file_batches/${batch.id}`, { key: gateway.keys.two });
      expect([other.statusCode, other.json().error.code]).toEqual([404, 'file_batch_not_found']);
      const both = await gateway.request('POST', '/v1/vector_stores/vs_1/file_batches', { payload: { file_ids: ['a'], files: [{ file_id: 'b' }] } });
      expect(both.json().error.param).toBe('file_ids');
    });
  });
});
