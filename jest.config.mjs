import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { preset } from './jest.preset.mjs';

/** Unit tests: every *.spec.ts and *.spec.mjs beside the code. */
export default {
  ...preset,
  roots: ['libs', 'services', 'apps', 'deploy', 'tests/boundaries']
    .filter((folder) => existsSync(join(import.meta.dirname, folder)))
    .map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.spec.ts', '**/*.spec.mjs'],
};
