import { Module } from '@nestjs/common';
import { Health } from './health.js';
import { HomeController } from './home.controller.js';

/** What answers without a key. */
@Module({ controllers: [HomeController], providers: [Health] })
export class HomeModule {}
