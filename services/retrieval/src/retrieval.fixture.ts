import { createHash } from 'node:crypto';
import { Outbox } from '@conch/events';
import { openDatabase, type Database } from '@conch/storage';
import { createLogger } from '@conch/telemetry';
import { Refusal } from '@conch/errors';
import { TokenCounter } from './chunking/token-counter.js';
import { DIMENSIONS, migrations, type RetrievalDatabase } from './database.js';
import { AttachFile } from './documents/attach-file/attach-file.js';
import type { Document } from './documents/document.entity.js';
import { type FileFacts, FileSource } from './documents/file-source.js';
import { IndexDocument } from './documents/index-document/index-document.js';
import { PostgresDocumentRepository } from './documents/postgres-document.repository.js';
import { Embedder } from './embeddings/embedder.js';
import { PostgresChunkIndex } from './search/postgres-chunk-index.repository.js';
import { SearchStore } from './search/search-store.js';
import { CreateStore } from './stores/create-store/create-store.js';
import { PostgresStoreRepository } from './stores/postgres-store.repository.js';

export const PROJECT = 'proj_1';
export const LOGGER = createLogger({ service: 'retrieval', level: 'silent' });
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+|[^\s]/gu;

/** Counts words, Chinese characters and signs as one token each. */
export class WordCounter extends TokenCounter {
  constructor(readonly windowTokens = 254) {
    super();
  }

  override count(text: string): number {
    return text.match(WORD)?.length ?? 0;
  }
}

/** Texts are near when they share words: every word stands for one of the vector's numbers. */
export class WordEmbedder extends Embedder {
  readonly texts: string[] = [];
  /** Thrown by the next calls, in this order. */
  readonly failures: Error[] = [];
  beforeEach: () => Promise<void> = async () => undefined;

  override async embed(_projectId: string, texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    await this.beforeEach();
    signal.throwIfAborted();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.texts.push(...texts);
    return texts.map(vectorOf);
  }
}

/** The vector that WordEmbedder gives a text. */
export function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const word of text.toLowerCase().match(WORD) ?? []) {
    const at = createHash('sha256').update(word).digest().readUInt32LE(0) % DIMENSIONS;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** Files in memory. */
export class MemoryFiles extends FileSource {
  readonly files = new Map<string, { readonly filename: string; readonly bytes: Buffer }>();

  put(id: string, filename: string, text: string | Buffer): void {
    this.files.set(id, { filename, bytes: Buffer.from(text) });
  }

  override async get(_projectId: string, id: string): Promise<FileFacts> {
    const { filename, bytes } = this.fileOf(id);
    return { id, filename, sizeBytes: bytes.length };
  }

  override async read(_projectId: string, id: string): Promise<Buffer> {
    return this.fileOf(id).bytes;
  }

  private fileOf(id: string): { readonly filename: string; readonly bytes: Buffer } {
    const file = this.files.get(id);
    if (file === undefined) throw new Refusal('not_found', 'FILE_NOT_FOUND', `No file has the id '${id}'.`);
    return file;
  }
}

/** The retrieval service without its doors, on a real database. */
export class Bench {
  readonly counter = new WordCounter();
  readonly embedder = new WordEmbedder();
  readonly files = new MemoryFiles();
  readonly stores: PostgresStoreRepository;
  readonly documents: PostgresDocumentRepository;
  readonly create: CreateStore;
  readonly attach: AttachFile;
  readonly index: IndexDocument;
  readonly search: SearchStore;

  private constructor(readonly database: Database<RetrievalDatabase>) {
    const { counter, embedder, files } = this;
    this.stores = new PostgresStoreRepository(database);
    this.documents = new PostgresDocumentRepository(database, new Outbox<RetrievalDatabase>());
    this.create = new CreateStore(this.stores, files, 'words');
    this.attach = new AttachFile(this.stores, this.documents, files);
    this.index = new IndexDocument({ documents: this.documents, files, embedder, counter, logger: LOGGER }, { leaseMs: 60_000, maxDocumentBytes: 1_000_000 });
    this.search = new SearchStore({ stores: this.stores, index: new PostgresChunkIndex(database), embedder, counter });
  }

  static async open(url: string): Promise<Bench> {
    const database = openDatabase<RetrievalDatabase>({ url, service: 'retrieval', logger: LOGGER });
    await database.migrate(migrations);
    return new Bench(database);
  }

  /** A new store without files. */
  async aStore(projectId = PROJECT): Promise<string> {
    const { store } = await this.create.execute({ projectId, name: 'handbook', fileIds: [], metadata: {}, expiresAfterDays: 0, chunking: undefined });
    return store.id;
  }

  /** Puts a text into a store; it still waits to be indexed. */
  async put(storeId: string, filename: string, text: string, attributes: Readonly<Record<string, string | number | boolean>> = {}): Promise<string> {
    const fileId = `file-${storeId}-${filename}`;
    this.files.put(fileId, filename, text);
    await this.attach.execute({ projectId: PROJECT, storeId, fileId, attributesJson: JSON.stringify(attributes), chunking: undefined });
    return fileId;
  }

  /** Indexes all that is due now. */
  async work(): Promise<void> {
    for (let claim = await this.documents.claim(60_000); claim !== null; claim = await this.documents.claim(60_000)) {
      await this.index.execute(claim, new AbortController().signal);
    }
  }

  async document(storeId: string, fileId: string): Promise<Document['facts'] | undefined> {
    return (await this.documents.find(PROJECT, storeId, fileId))?.facts;
  }

  find(storeId: string, query: string, more: { readonly filters?: unknown; readonly maxResults?: number; readonly scoreThreshold?: number } = {}) {
    const { filters, maxResults = 0, scoreThreshold = 0 } = more;
    const filtersJson = filters === undefined ? '' : JSON.stringify(filters);
    return this.search.execute({
      projectId: PROJECT,
      storeId,
      queries: [query],
      maxResults,
      filtersJson,
      scoreThreshold,
      signal: new AbortController().signal,
    });
  }

  close(): Promise<void> {
    return this.database.close();
  }
}
