import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ENV_DIR, NODE, ROOT } from '../paths.mjs';

const MINUTE_MS = 60_000;

/**
 * One suite of tests, and how its outcome is known.
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} title
 * @property {string} needs a path without which the suite does not exist
 * @property {number} limitMs
 * @property {'checks' | 'jest' | 'pytest'} kind
 * @property {(report: string) => { command: string, args: string[], env?: Record<string, string> }} run
 */

/** Every suite, the fast ones first. @type {readonly Suite[]} */
export const SUITES = Object.freeze([
  {
    name: 'checks',
    title: 'Checks: generated code, format, lint, boundaries, types, Python',
    needs: 'deploy/tools/check.mjs',
    limitMs: 10 * MINUTE_MS,
    kind: 'checks',
    run: () => ({ command: NODE, args: ['deploy/tools/check.mjs', 'generated', 'format', 'lint', 'boundaries', 'types', 'python'] }),
  },
  jest('unit', 'Unit tests', 'jest.config.mjs', 12),
  pytest('python-serving', 'Python: the engine in Triton', 'serving', 'services/inference/triton', 10),
  pytest('python-trainer', 'Python: the trainer', 'trainer', 'services/training/engines', 12),
  jest('integration', 'Integration tests: services on their real parts', 'tests/jest.integration.mjs', 12),
  jest('e2e', 'End-to-end tests: the whole stack from the outside', 'tests/jest.e2e.mjs', 18),
  jest('faults', 'Fault tests: processes killed in the middle of a job', 'tests/jest.faults.mjs', 18),
]);

/** The suites that exist in this checkout. */
export function presentSuites() {
  return SUITES.filter(({ needs }) => existsSync(join(ROOT, needs)));
}

/** @param {string} name @param {string} title @param {string} config @param {number} limitMinutes @returns {Suite} */
function jest(name, title, config, limitMinutes) {
  const args = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--config', config];
  const run = (/** @type {string} */ report) => ({ command: NODE, args: [...args, '--json', `--outputFile=${report}`] });
  return { name, title, needs: config, limitMs: limitMinutes * MINUTE_MS, kind: 'jest', run };
}

/** @param {string} name @param {string} title @param {string} environment @param {string} folder the tests are in its `tests` @param {number} limitMinutes @returns {Suite} */
function pytest(name, title, environment, folder, limitMinutes) {
  const run = (/** @type {string} */ report) => ({
    command: join(ENV_DIR, environment, 'bin', 'python'),
    args: ['-m', 'pytest', '-q', '-rs', '-p', 'no:cacheprovider', `--junitxml=${report}`, `${folder}/tests`],
    env: { PYTHONPATH: join(ROOT, folder), PYTHONDONTWRITEBYTECODE: '1' },
  });
  return { name, title, needs: `${folder}/tests`, limitMs: limitMinutes * MINUTE_MS, kind: 'pytest', run };
}
