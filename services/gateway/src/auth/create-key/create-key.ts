import { Injectable } from '@nestjs/common';
import { type ApiKey, newKeySecret } from '../key.entity.js';
import { KeyRepository } from '../key.repository.js';

/** Makes a key for the caller's project; its secret is told here and never again. */
@Injectable()
export class CreateKey {
  constructor(private readonly keys: KeyRepository) {}

  async execute(projectId: string, name: string): Promise<{ key: ApiKey; secret: string }> {
    const made = newKeySecret();
    return { key: await this.keys.create(projectId, name, made), secret: made.secret };
  }
}
