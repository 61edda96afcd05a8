import { join } from 'node:path';
import { ENV_DIR, ROOT } from '../paths.mjs';
import { fileInput } from './fingerprint.mjs';
import { readFileSync } from 'node:fs';
import { outputOf, python } from './requirements.mjs';
import { putInPlace } from './replace.mjs';

const LOCK = 'deploy/local/python/tools.lock';

/** The program that installs Python environments. */
export const UV = join(ENV_DIR, 'tools', 'bin', 'uv');

/** uv, in an environment of its own. @type {import('./step.mjs').Step} */
export const pythonTool = {
  name: 'python-tool',
  title: 'uv, which installs the Python environments',
  after: [],
  lane: 'network',
  needs: ['python'],
  inputs: () => [fileInput(LOCK)],
  outputs: () => [UV],
  isEqual: async () => {
    const wanted = /^uv==(\S+)/m.exec(readFileSync(join(ROOT, LOCK), 'utf8'))?.[1];
    return outputOf(UV, ['--version'])?.split(' ')[1]?.trim() === wanted;
  },
  make: async ({ command, draft }) => {
    await command(python().executable, ['-m', 'venv', draft]);
    await command(join(draft, 'bin', 'python'), ['-m', 'pip', 'install', '--disable-pip-version-check', '--require-hashes', '-r', join(ROOT, LOCK)]);
    putInPlace(draft, join(ENV_DIR, 'tools'));
  },
};
