import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startStack } from '../../deploy/local/stack-client.mjs';
import { ROOT } from '../../deploy/local/paths.mjs';

/** Starts the stack that a suite's specs share. Its state stays until the next run, so that a failure can be looked into. */
export default async function startSuite(/** @type {unknown} */ _settings, /** @type {{ globals: { suite: string } }} */ { globals }) {
  const stateDir = join(ROOT, '.conch', 'tests', globals.suite);
  rmSync(stateDir, { recursive: true, force: true });
  process.stdout.write(`\nStarting the stack of tests/${globals.suite} in ${stateDir} …\n`);
  const { baseURL, apiKey } = await startStack({ stateDir });
  process.env['CONCH_TEST_CONNECTION'] = JSON.stringify({ baseURL, apiKey, stateDir });
}
