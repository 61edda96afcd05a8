import 'reflect-metadata';
import { DatasetsServiceDefinition, FilesServiceDefinition } from '@conch/contracts/datasets';
import { OutboxRelay } from '@conch/events';
import { ServiceProcess } from '@conch/process';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readDatasetsConfig } from './config.js';
import { type DatasetsDatabase, migrations } from './database.js';
import { ExpireFiles } from './files/expire-files/expire-files.js';
import { FilesController } from './files/files.controller.js';
import { DatasetsController } from './versions/datasets.controller.js';

const STOP_GRACE_MS = 10_000;

const config = readDatasetsConfig(process.env);
const service = await ServiceProcess.open<DatasetsDatabase>({ service: 'datasets', config, migrations });
const app = await NestFactory.createApplicationContext(AppModule.with(config, service.foundations), { logger: ['error', 'warn'] });
const rpc = service.rpcServer().add(FilesServiceDefinition, app.get(FilesController)).add(DatasetsServiceDefinition, app.get(DatasetsController));
await service.run([{ stop: () => app.close() }, app.get(OutboxRelay), app.get(ExpireFiles), { start: () => rpc.start(), stop: () => rpc.stop(STOP_GRACE_MS) }]);
