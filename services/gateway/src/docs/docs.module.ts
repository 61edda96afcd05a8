import { Module } from '@nestjs/common';
import { DocsController } from './docs.controller.js';

/** What the gateway says of itself. */
@Module({ controllers: [DocsController] })
export class DocsModule {}
