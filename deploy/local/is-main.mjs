import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether a module is the program that was started, and not imported by it. @param {string} moduleURL */
export function isMain(moduleURL) {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(moduleURL);
}
