import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readJson } from './files.mjs';
import { startTimeOf } from './leftovers.mjs';

/** Who holds a lock. @typedef {{ pid: number, startTime: string | null }} Holder */

/**
 * Takes a lock file, or says who has it. A holder that is gone (its pid ended, or belongs to another process by now) has lost it.
 * @param {string} path
 * @returns {{ release: () => void }}
 */
export function takeLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  // Written whole beside it and then linked, so that nobody ever reads a lock without its holder.
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }));
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (link(draft, path)) return { release: () => rmSync(path, { force: true }) };
      const holder = holderOf(path);
      if (holder !== null) throw new LockTaken(path, holder);
      removeStale(path);
    }
    throw new Error(`The lock ${path} could not be taken.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** @param {string} from @param {string} to @returns {boolean} false when `to` exists */
function link(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a lost lock away; when another process has taken it in the meantime, that one keeps it. @param {string} path */
function removeStale(path) {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return;
    throw error;
  }
  if (holderOf(aside) !== null) link(aside, path);
  rmSync(aside, { force: true });
}

/** The living process that holds a lock; null when nobody does. @param {string} path @returns {Holder | null} */
export function holderOf(path) {
  const holder = /** @type {Holder | null} */ (readJson(path));
  if (holder === null) return null;
  const startTime = startTimeOf(holder.pid);
  return startTime !== null && startTime === holder.startTime ? holder : null;
}

/** Another process holds the lock. */
export class LockTaken extends Error {
  /** @param {string} path @param {Holder} holder */
  constructor(path, holder) {
    super(`${path} is held by process ${holder.pid}.`);
    this.holder = holder;
  }
}
