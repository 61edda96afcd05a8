import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Puts a finished draft where it belongs; what lay there goes away. @param {string} draft @param {string} target */
export function putInPlace(draft, target) {
  mkdirSync(dirname(target), { recursive: true });
  const old = `${draft}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(target)) renameSync(target, old);
  renameSync(draft, target);
  rmSync(old, { recursive: true, force: true });
}
