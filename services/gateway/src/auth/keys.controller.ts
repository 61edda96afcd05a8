import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, unixSeconds } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { CreateKey } from './create-key/create-key.js';
import { type KeyView, type NewKeyView, createKey, deleteKey, listKeys } from './key-operations.js';
import type { ApiKey } from './key.entity.js';
import { KeyRepository } from './key.repository.js';

/** API keys of the caller's project. */
@Controller()
export class KeysController {
  constructor(
    private readonly creation: CreateKey,
    private readonly keys: KeyRepository,
  ) {}

  @Serve(createKey)
  async create(@Input(createKey) { body }: InputOf<typeof createKey>, @From() caller: Caller): Promise<NewKeyView> {
    const { key, secret } = await this.creation.execute(caller.projectId, body.name);
    return { ...view(key), key: secret };
  }

  @Serve(listKeys)
  async list(@Input(listKeys) _: InputOf<typeof listKeys>, @From() caller: Caller) {
    return listView((await this.keys.list(caller.projectId)).map(view), false);
  }

  @Serve(deleteKey)
  async delete(@Input(deleteKey) { params }: InputOf<typeof deleteKey>, @From() caller: Caller) {
    await this.keys.delete(caller.projectId, params.id);
    return { id: params.id, object: 'api_key' as const, deleted: true };
  }
}

function view(key: ApiKey): KeyView {
  return { id: key.id, object: 'api_key', name: key.name, hint: key.hint, created_at: unixSeconds(key.createdAt) };
}
