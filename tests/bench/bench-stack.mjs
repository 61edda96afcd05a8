import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../deploy/local/paths.mjs';
import { startStack } from '../../deploy/local/stack-client.mjs';

/** @typedef {{ baseURL: string, apiKey: string, stateDir: string }} Connection */

/**
 * Runs a measurement against a stack of its own, which is stopped and removed afterwards.
 * @template T
 * @param {{ env?: Record<string, string>, overrides?: Record<string, Record<string, string>> }} settings
 * @param {(connection: Connection) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withStack(settings, work) {
  const folder = join(ROOT, '.conch', 'bench');
  mkdirSync(folder, { recursive: true });
  const stateDir = mkdtempSync(join(folder, 'stack-'));
  try {
    const { stop, ...connection } = await startStack({ stateDir, ...settings });
    try {
      return await work(connection);
    } finally {
      await stop();
    }
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}
