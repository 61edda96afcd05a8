import 'reflect-metadata';
import { join } from 'node:path';
import { StoresServiceDefinition } from '@conch/contracts/retrieval';
import { EventConsumer, OutboxRelay } from '@conch/events';
import { ServiceProcess } from '@conch/process';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { EmbedderTokenizer } from './chunking/embedder-tokenizer.js';
import { readRetrievalConfig } from './config.js';
import { type RetrievalDatabase, migrations } from './database.js';
import { IndexingWorker } from './documents/indexing-worker.js';
import { StoresController } from './stores/stores.controller.js';

const STOP_GRACE_MS = 10_000;

const config = readRetrievalConfig(process.env);
const counter = await EmbedderTokenizer.open(config.CONCH_EMBEDDING_DIR ?? join(config.CONCH_ENV_DIR, 'embedder'));
const service = await ServiceProcess.open<RetrievalDatabase>({ service: 'retrieval', config, migrations });
const app = await NestFactory.createApplicationContext(AppModule.with(config, { ...service.foundations, counter }), { logger: ['error', 'warn'] });
const rpc = service.rpcServer().add(StoresServiceDefinition, app.get(StoresController));
await service.run([
  { stop: () => app.close() },
  app.get(OutboxRelay),
  app.get(EventConsumer),
  app.get(IndexingWorker),
  { start: () => rpc.start(), stop: () => rpc.stop(STOP_GRACE_MS) },
]);
