// Runs every check of the repository and tells all their problems: `npm run check`, or `npm run check -- lint types` for some of them.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE_BIN = join(ROOT, 'node_modules', 'node', 'bin');
const NODE = join(NODE_BIN, 'node');
const LINT_ENV = join(process.env['CONCH_ENV_DIR'] || join(ROOT, '.conch', 'env'), 'lint', 'bin');
const RUFF_CACHE = '--cache-dir=.conch/cache/ruff';
const isColoured = process.stdout.isTTY && !process.env['NO_COLOR'];

/** @typedef {{ command: string, args: string[] }} Command */
/** @typedef {{ name: string, commands: () => Command[], absent?: () => string | null }} Part */

/** @type {Part[]} */
const PARTS = [
  { name: 'generated', commands: () => [node('deploy/tools/generate.mjs', '--check')] },
  { name: 'format', commands: () => [tool('@biomejs/biome/bin/biome', 'format', '--max-diagnostics=none', '--error-on-warnings', '.')] },
  {
    name: 'lint',
    commands: () => [
      tool('@biomejs/biome/bin/biome', 'lint', '--max-diagnostics=none', '--error-on-warnings', '.'),
      tool('eslint/bin/eslint.js', '--max-warnings=0', '.'),
    ],
  },
  {
    name: 'boundaries',
    commands: () => [
      tool('dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.mjs', ...folders('libs', 'services', 'apps', 'tests', 'deploy')),
    ],
  },
  { name: 'types', commands: () => projects().map((project) => tool('typescript/bin/tsc', '-p', project)) },
  {
    name: 'python',
    absent: () => (existsSync(join(LINT_ENV, 'ruff')) ? null : 'its environment is not there; `npm run bootstrap -- --for tests` makes it'),
    commands: () => [
      python('ruff', 'check', RUFF_CACHE, '--quiet', '--output-format=concise', ...pythonFolders()),
      python('ruff', 'format', RUFF_CACHE, '--check', '--quiet', ...pythonFolders()),
      python('mypy', '--no-error-summary', '--cache-dir=.conch/cache/mypy', ...pythonFolders()),
    ],
  },
  { name: 'unit', commands: () => [tool('jest/bin/jest.js', '--config', 'jest.config.mjs', '--silent')] },
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PARTS.some((part) => part.name === name));
if (unknown.length > 0) {
  process.stderr.write(`There is no check named ${unknown.join(', ')}. There are: ${PARTS.map((part) => part.name).join(', ')}.\n`);
  process.exit(2);
}

const failed = [];
for (const part of PARTS) {
  if (asked.length > 0 && !asked.includes(part.name)) continue;
  const problems = await run(part);
  if (problems !== null) failed.push({ name: part.name, problems });
}
for (const { name, problems } of failed) process.stdout.write(`\n${bold(name)}\n${problems.trim()}\n`);
if (failed.length > 0)
  process.stdout.write(`\n${failed.length} of ${asked.length || PARTS.length} checks failed: ${failed.map(({ name }) => name).join(', ')}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** Runs a part's commands one after the other, all of them whatever the first ones say. @param {Part} part @returns {Promise<string | null>} */
async function run(part) {
  const startedAt = performance.now();
  if (process.stdout.isTTY) process.stdout.write(`${part.name.padEnd(11)} …`);
  const absent = part.absent?.() ?? null;
  const outputs = absent === null ? [] : [`This check could not run: ${absent}.`];
  if (absent === null) {
    for (const command of part.commands()) {
      const output = await outputIfFailed(command);
      if (output !== null) outputs.push(output);
    }
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`${process.stdout.isTTY ? '\r' : ''}${part.name.padEnd(11)} ${outputs.length === 0 ? 'ok    ' : 'failed'} ${seconds.padStart(6)} s\n`);
  return outputs.length === 0 ? null : outputs.join('\n');
}

/** @param {Command} command @returns {Promise<string | null>} */
function outputIfFailed({ command, args }) {
  const env = { ...process.env, PATH: `${NODE_BIN}${delimiter}${process.env['PATH'] ?? ''}`, ...(isColoured ? { FORCE_COLOR: '1' } : {}) };
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => resolve(`${command} could not be started: ${error.message}`));
    child.once('close', (code) => resolve(code === 0 ? null : output || `${[command, ...args].join(' ')} ended with ${code}`));
  });
}

/** @param {string[]} args @returns {Command} */
function node(...args) {
  return { command: NODE, args };
}

/** A program of a package, on the pinned Node. @param {string} path @param {string[]} args @returns {Command} */
function tool(path, ...args) {
  return node('--experimental-vm-modules', '--no-warnings', join('node_modules', path), ...args);
}

/** @param {string} program @param {string[]} args @returns {Command} */
function python(program, ...args) {
  return { command: join(LINT_ENV, program), args };
}

/** The ones that exist. @param {string[]} names */
function folders(...names) {
  return names.filter((name) => existsSync(join(ROOT, name)));
}

function projects() {
  return ['tsconfig.json', 'tsconfig.scripts.json'].filter((name) => existsSync(join(ROOT, name)));
}

/** Where services keep Python. */
function pythonFolders() {
  return readdirSync(join(ROOT, 'services')).flatMap((service) => folders(`services/${service}/engines`, `services/${service}/triton`));
}

/** @param {string} text */
function bold(text) {
  return isColoured ? `\x1b[1m${text}\x1b[0m` : text;
}
