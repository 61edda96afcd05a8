import { stopStack } from '../../deploy/local/stack-client.mjs';

/** Stops the stack of a suite. */
export default async function stopSuite() {
  const connection = process.env['CONCH_TEST_CONNECTION'];
  if (connection !== undefined) await stopStack(JSON.parse(connection).stateDir);
}
