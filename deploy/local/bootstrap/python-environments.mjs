import { join } from 'node:path';
import { ENV_DIR, ROOT } from '../paths.mjs';
import { fileInput } from './fingerprint.mjs';
import { UV } from './python-tool.mjs';
import { outputOf, python } from './requirements.mjs';
import { putInPlace } from './replace.mjs';

/** A wheel of hundreds of megabytes on a slow line outlasts uv's own 30 seconds. */
const DOWNLOAD_TIMEOUT_S = '300';

/** PostgreSQL with pgvector. */
export const postgresEnvironment = environment('postgres', 'PostgreSQL 18 with pgvector');
/** Triton and the engine. */
export const servingEnvironment = environment('serving', 'Triton and the OpenVINO engine');
/** LLaMA-Factory and what it trains with. */
export const trainerEnvironment = environment('trainer', 'LLaMA-Factory with PyTorch (6 GB)');
/** What a user's Python has. @type {import('./step.mjs').Step} */
export const clientsEnvironment = { ...environment('clients', "OpenAI's Python SDK, for the tests"), isForTests: true };
/** What `npm run check` checks Python with. @type {import('./step.mjs').Step} */
export const lintEnvironment = { ...environment('lint', 'ruff and mypy, for the checks'), isForTests: true };

/**
 * A Python environment with exactly what its lock file names, every package checked against its hash.
 * @param {string} name
 * @param {string} title
 * @returns {import('./step.mjs').Step}
 */
function environment(name, title) {
  const lock = `deploy/local/python/${name}.lock`;
  const target = join(ENV_DIR, name);
  return {
    name: `python-${name}`,
    title,
    after: ['python-tool'],
    lane: 'network',
    needs: ['python'],
    inputs: () => [fileInput(lock)],
    outputs: () => [join(target, 'bin', 'python')],
    isEqual: async () => {
      const args = ['pip', 'sync', '--dry-run', '--require-hashes', '--python', join(target, 'bin', 'python'), join(ROOT, lock)];
      const has = outputOf(join(target, 'bin', 'python'), ['-c', 'import platform; print(platform.python_version())'])?.startsWith('3.11.');
      return has === true && syncPlan(args).includes('Would make no changes');
    },
    make: async ({ command, draft }) => {
      const env = { UV_HTTP_TIMEOUT: process.env['UV_HTTP_TIMEOUT'] || DOWNLOAD_TIMEOUT_S, VIRTUAL_ENV: undefined };
      // Relocatable: it is made as a draft and moved when it is whole.
      await command(UV, ['venv', '--relocatable', '--python', python().executable, draft], { env });
      await command(UV, ['pip', 'sync', '--require-hashes', '--python', join(draft, 'bin', 'python'), join(ROOT, lock)], { env });
      putInPlace(draft, target);
    },
  };
}

/** uv tells its plan on the error output. @param {string[]} args @returns {string} */
function syncPlan(args) {
  return outputOf('/bin/sh', ['-c', '"$@" 2>&1', 'sh', UV, ...args]) ?? '';
}
