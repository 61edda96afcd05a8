import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds what the bootstrap installed: `CONCH_ENV_DIR`, else `.conch/env` of the repository. */
export function environmentFolder(): string {
  const given = process.env['CONCH_ENV_DIR'];
  if (given !== undefined && given !== '') return given;
  for (let dir = dirname(fileURLToPath(import.meta.url)); dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, 'nx.json'))) return join(dir, '.conch', 'env');
  }
  throw new Error('the repository was not found above this file');
}
