import { type Document, DocumentState, type Hit, type Store } from '@conch/contracts/retrieval';
import { Refusal } from '@conch/errors';
import type { FakePeers } from '../gateway.fixture.js';

const BORN = new Date(1_700_000_000_000);

/** A store as retrieval answers it. */
export function aStore(fields: Partial<Store> = {}): Store {
  const fileCounts = { inProgress: 0, completed: 1, failed: 0, cancelled: 0, total: 1 };
  const times = { createdAt: BORN, lastActiveAt: BORN, expiresAt: undefined, expiresAfterDays: 0 };
  return { id: 'vs_1', name: 'handbook', usageBytes: 42, fileCounts, metadata: {}, embeddingModel: 'm', ...times, ...fields };
}

/** A store's document as retrieval answers it. */
export function aDocument(fields: Partial<Document> = {}): Document {
  const settled = { state: DocumentState.DOCUMENT_STATE_COMPLETED, errorCode: '', errorMessage: '', usageBytes: 42 };
  const cut = { attributesJson: '', chunking: { maxChunkTokens: 200, chunkOverlapTokens: 40 } };
  return { fileId: 'file-1', storeId: 'vs_1', filename: 'handbook.md', createdAt: BORN, ...settled, ...cut, ...fields };
}

/** A passage that a search finds. */
export function aHit(fields: Partial<Hit> = {}): Hit {
  const place = { chunkIndex: 0, startOffset: 0, endOffset: 10, heading: '' };
  return { fileId: 'file-1', filename: 'handbook.md', score: 0.8, attributesJson: '{"year":2024}', text: 'The library opens at nine.', ...place, ...fields };
}

/** Retrieval, as far as the gateway asks it: documents by id, what was asked, and hits that a test sets. */
export class FakeRetrieval {
  readonly documents = new Map<string, Document>();
  readonly asked: unknown[] = [];
  hits: Hit[] = [aHit()];

  readonly stores: FakePeers['stores'] = {
    createStore: async (request) => this.noted(request, aStore({ name: request.name ?? '' })),
    getStore: async ({ id = '' }) => aStore({ id }),
    updateStore: async (request) => this.noted(request, aStore(request.name === undefined ? {} : { name: request.name })),
    deleteStore: async ({ id = '' }) => ({ id }),
    attachFile: async (request) => {
      const document = aDocument({
        fileId: request.fileId ?? '',
        state: DocumentState.DOCUMENT_STATE_IN_PROGRESS,
        attributesJson: request.attributesJson ?? '',
      });
      this.documents.set(document.fileId, document);
      return this.noted(request, document);
    },
    getDocument: async ({ fileId = '' }) => this.find(fileId),
    detachFile: async ({ fileId = '' }) => {
      this.find(fileId);
      this.documents.delete(fileId);
      return { fileId };
    },
  };

  readonly storeTexts: FakePeers['storeTexts'] = {
    // Lists come over gRPC: a page of them is larger than a NATS message can be.
    listStores: async (request) => this.noted(request, { stores: [aStore(), aStore({ id: 'vs_2' })], hasMore: true }),
    listDocuments: async (request) => this.noted(request, { documents: [...this.documents.values()], hasMore: false }),
    listChunks: async () => ({ chunks: [{ index: 0, text: 'One.', tokens: 2, heading: '' }] }),
    search: async (request) => this.noted(request, { hits: this.hits }),
  };

  private find(fileId: string): Document {
    const document = this.documents.get(fileId);
    if (document === undefined) throw new Refusal('not_found', 'DOCUMENT_NOT_FOUND', `There is no file '${fileId}'.`, { param: 'file_id' });
    return document;
  }

  private noted<T>(request: unknown, answer: T): T {
    this.asked.push(request);
    return answer;
  }
}
