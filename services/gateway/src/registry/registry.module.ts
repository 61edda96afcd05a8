import { Module } from '@nestjs/common';
import { ImportsController } from './imports.controller.js';
import { RegistryController } from './registry.controller.js';

/** Models as the registry keeps them, and how base models come in. */
@Module({ controllers: [RegistryController, ImportsController] })
export class RegistryModule {}
