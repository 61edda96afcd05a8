import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from '../paths.mjs';

/** One value for all that a step's result depends on. @param {string[]} inputs @returns {string} */
export function fingerprintOf(inputs) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}:${input}`);
  return hash.digest('hex');
}

/** A file of the repository as an input: its path and what is in it. @param {string} path relative to the repository @returns {string} */
export function fileInput(path) {
  return `${path} ${createHash('sha256')
    .update(readFileSync(join(ROOT, path)))
    .digest('hex')}`;
}

const NOT_SOURCE = new Set(['node_modules', 'dist', '__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache']);

/** Every source file under a folder of the repository, as inputs. @param {string} folder @param {(path: string) => boolean} [isWanted] @returns {string[]} */
export function folderInputs(folder, isWanted = () => true) {
  return filesUnder(join(ROOT, folder))
    .map((path) => relative(ROOT, path).split(sep).join('/'))
    .filter(isWanted)
    .sort()
    .map(fileInput);
}

/** @param {string} folder @returns {string[]} */
function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_SOURCE.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.isFile() ? [path] : [];
  });
}
