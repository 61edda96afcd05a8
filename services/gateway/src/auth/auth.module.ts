import { Module } from '@nestjs/common';
import { Authenticate } from './authenticate/authenticate.js';
import { CreateKey } from './create-key/create-key.js';
import { KeyRepository } from './key.repository.js';
import { KeysController } from './keys.controller.js';
import { PostgresKeyRepository } from './postgres-key.repository.js';

/** Who may come in, and with which key. */
@Module({
  controllers: [KeysController],
  providers: [{ provide: KeyRepository, useClass: PostgresKeyRepository }, Authenticate, CreateKey],
  exports: [KeyRepository, Authenticate],
})
export class AuthModule {}
