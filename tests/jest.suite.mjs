import { join } from 'node:path';
import { preset } from '../jest.preset.mjs';

const MINUTE_MS = 60_000;

/** A suite of what no single package can prove: tests/<name>, one spec after the other. @param {string} name @param {object} [settings] */
export function suite(name, settings = {}) {
  return {
    ...preset,
    rootDir: join(import.meta.dirname, '..'),
    roots: [`<rootDir>/tests/${name}`],
    testMatch: ['**/*.spec.ts'],
    testTimeout: 10 * MINUTE_MS,
    // The specs of a suite share a machine, and most of them a stack.
    maxWorkers: 1,
    ...settings,
  };
}

/** A suite whose specs share one running stack of its own. @param {string} name */
export function stackSuite(name) {
  return suite(name, {
    globals: { suite: name },
    globalSetup: '<rootDir>/tests/stack/start-suite.mjs',
    globalTeardown: '<rootDir>/tests/stack/stop-suite.mjs',
  });
}
