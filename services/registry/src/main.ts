import 'reflect-metadata';
import { RegistryServiceDefinition } from '@conch/contracts/registry';
import { OutboxRelay } from '@conch/events';
import { ServiceProcess } from '@conch/process';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readRegistryConfig } from './config.js';
import { type RegistryDatabase, migrations } from './database.js';
import { ModelsController } from './models/models.controller.js';

const STOP_GRACE_MS = 10_000;

const config = readRegistryConfig(process.env);
const service = await ServiceProcess.open<RegistryDatabase>({ service: 'registry', config, migrations });
const app = await NestFactory.createApplicationContext(AppModule.with(config, service.foundations), { logger: ['error', 'warn'] });
const rpc = service.rpcServer().add(RegistryServiceDefinition, app.get(ModelsController));
await service.run([{ stop: () => app.close() }, app.get(OutboxRelay), { start: () => rpc.start(), stop: () => rpc.stop(STOP_GRACE_MS) }]);
