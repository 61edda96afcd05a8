import { Module } from '@nestjs/common';
import { Generations } from './generations.js';

/** The way to the models, for every surface that has them write. */
@Module({ providers: [Generations], exports: [Generations] })
export class GenerationsModule {}
