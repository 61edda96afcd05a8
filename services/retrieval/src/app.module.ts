import { FilesServiceDefinition } from '@conch/contracts/datasets';
import { GenerationServiceDefinition } from '@conch/contracts/inference';
import { EventConsumer, Outbox, OutboxRelay } from '@conch/events';
import { createGrpcClient } from '@conch/rpc';
import type { Database } from '@conch/storage';
import type { Logger, Metrics } from '@conch/telemetry';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { TokenCounter } from './chunking/token-counter.js';
import type { RetrievalConfig } from './config.js';
import { DIMENSIONS, type RetrievalDatabase } from './database.js';
import { AttachFile } from './documents/attach-file/attach-file.js';
import { DetachFile } from './documents/detach-file/detach-file.js';
import { DocumentRepository } from './documents/document.repository.js';
import { FileSource } from './documents/file-source.js';
import { IndexDocument } from './documents/index-document/index-document.js';
import { IndexingWorker } from './documents/indexing-worker.js';
import { onFileDeleted } from './documents/on-file-deleted/on-file-deleted.js';
import { PostgresDocumentRepository } from './documents/postgres-document.repository.js';
import { ReadDocument } from './documents/read-document/read-document.js';
import { RpcFileSource } from './documents/rpc-file-source.js';
import { Embedder } from './embeddings/embedder.js';
import { RpcEmbedder } from './embeddings/rpc-embedder.js';
import { ChunkIndex } from './search/chunk-index.repository.js';
import { PostgresChunkIndex } from './search/postgres-chunk-index.repository.js';
import { SearchStore } from './search/search-store.js';
import { CreateStore } from './stores/create-store/create-store.js';
import { DeleteStore } from './stores/delete-store/delete-store.js';
import { ExpireStores } from './stores/expire-stores/expire-stores.js';
import { PostgresStoreRepository } from './stores/postgres-store.repository.js';
import { ReadStore } from './stores/read-store/read-store.js';
import { StoreRepository } from './stores/store.repository.js';
import { StoresController } from './stores/stores.controller.js';
import { UpdateStore } from './stores/update-store/update-store.js';

/** What the process opened before Nest starts. */
export interface Connections {
  readonly database: Database<RetrievalDatabase>;
  readonly nats: NatsConnection;
  readonly counter: TokenCounter;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

function adapters(config: RetrievalConfig, { database, counter }: Connections): Provider[] {
  const serviceToken = config.CONCH_SERVICE_TOKEN;
  const files = createGrpcClient(FilesServiceDefinition, { address: config.CONCH_DATASETS_GRPC, serviceToken });
  const generation = createGrpcClient(GenerationServiceDefinition, { address: config.CONCH_INFERENCE_GRPC, serviceToken });
  const embedding = { model: config.CONCH_EMBEDDING_MODEL, dimensions: DIMENSIONS, timeoutMs: config.CONCH_EMBED_TIMEOUT_MS };
  return [
    { provide: TokenCounter, useValue: counter },
    { provide: FileSource, useFactory: () => new RpcFileSource(files) },
    { provide: Embedder, useFactory: () => new RpcEmbedder(generation, embedding) },
    { provide: StoreRepository, useFactory: () => new PostgresStoreRepository(database) },
    { provide: DocumentRepository, useFactory: () => new PostgresDocumentRepository(database, new Outbox<RetrievalDatabase>()) },
    { provide: ChunkIndex, useFactory: () => new PostgresChunkIndex(database) },
  ];
}

function useCases(config: RetrievalConfig, { counter }: Connections): Provider[] {
  return [
    {
      provide: SearchStore,
      inject: [StoreRepository, ChunkIndex, Embedder],
      useFactory: (stores: StoreRepository, index: ChunkIndex, embedder: Embedder) => new SearchStore({ stores, index, embedder, counter }),
    },
    {
      provide: StoresController,
      inject: [StoreRepository, DocumentRepository, FileSource, SearchStore],
      useFactory: (stores: StoreRepository, documents: DocumentRepository, files: FileSource, search: SearchStore) => {
        const read = new ReadStore(stores);
        return new StoresController(stores, {
          create: new CreateStore(stores, files, config.CONCH_EMBEDDING_MODEL),
          read,
          update: new UpdateStore(stores),
          remove: new DeleteStore(stores),
          attach: new AttachFile(stores, documents, files),
          readDocument: new ReadDocument(read, documents),
          detach: new DetachFile(read, documents),
          search,
        });
      },
    },
  ];
}

function background(config: RetrievalConfig, { database, nats, counter, logger, metrics }: Connections): Provider[] {
  const rules = { leaseMs: config.CONCH_INDEXING_LEASE_MS, maxDocumentBytes: config.CONCH_MAX_DOCUMENT_BYTES };
  return [
    {
      provide: IndexingWorker,
      inject: [DocumentRepository, StoreRepository, FileSource, Embedder],
      useFactory: (documents: DocumentRepository, stores: StoreRepository, files: FileSource, embedder: Embedder) =>
        new IndexingWorker({
          database,
          documents,
          indexDocument: new IndexDocument({ documents, files, embedder, counter, logger }, rules),
          expireStores: new ExpireStores(stores, logger),
          slots: config.CONCH_INDEXING_SLOTS,
          leaseMs: rules.leaseMs,
          pollMs: config.CONCH_INDEXING_POLL_MS,
          logger,
          metrics,
        }),
    },
    { provide: OutboxRelay, useFactory: () => new OutboxRelay({ database, nats, logger, metrics }) },
    {
      provide: EventConsumer,
      useFactory: () =>
        new EventConsumer({
          service: 'retrieval',
          name: 'forget-deleted-files',
          subjects: ['conch.events.datasets.file.deleted'],
          database,
          nats,
          logger,
          handler: onFileDeleted,
        }),
    },
  ];
}

/** The wiring diagram of the retrieval service. */
@Module({})
export class AppModule {
  static with(config: RetrievalConfig, connections: Connections): DynamicModule {
    const parts = [...adapters(config, connections), ...useCases(config, connections), ...background(config, connections)];
    return { module: AppModule, providers: parts, exports: parts };
  }
}
