import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A JSON file's content; null when there is none. @param {string} path @returns {unknown} */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return null;
    throw error;
  }
}

/** Replaces a file whole, so that a reader never sees half of it. @param {string} path @param {string} text @param {number} [mode] */
export function replaceFile(path, text, mode = 0o644) {
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, path);
}

/** @param {string} path @param {unknown} value @param {number} [mode] */
export function writeJson(path, value, mode = 0o644) {
  replaceFile(path, `${JSON.stringify(value, null, 2)}\n`, mode);
}
