import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ENV_DIR } from '../../deploy/local/paths.mjs';

const START_TIMEOUT_MS = 300_000;

/** @typedef {{ dtype: string, threaded: boolean, cores: number }} About how the peer found it runs best */
/** @typedef {{ about: About, generate: (prompt: string) => Promise<number>, stop: () => Promise<void> }} Peer */

/** Starts the FastAPI process; resolves when it has tried how it runs best and answers. @param {{ model: string, tokens: number }} order @returns {Promise<Peer>} */
export async function startPeer({ model, tokens }) {
  const port = await freePort();
  const program = join(import.meta.dirname, 'peer', 'fastapi_generate.py');
  const child = spawn(join(ENV_DIR, 'trainer', 'bin', 'python'), [program, '--model', model, '--port', String(port), '--tokens', String(tokens)], {
    env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (bytes) => {
    log = (log + bytes).slice(-4_000);
  });
  const endWithThis = () => child.kill('SIGKILL');
  process.once('exit', endWithThis);
  const stop = async () => {
    process.removeListener('exit', endWithThis);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUpAt && child.exitCode === null) {
    // Refused while it loads the model.
    const answer = await fetch(`http://127.0.0.1:${port}/about`).catch(() => null);
    if (answer?.ok === true) return { about: /** @type {About} */ (await answer.json()), generate: (prompt) => generate(port, prompt), stop };
    await delay(200);
  }
  await stop();
  throw new Error(`the FastAPI process did not come up:\n${log}`);
}

/** @param {number} port @param {string} prompt @returns {Promise<number>} the tokens that were written */
async function generate(port, prompt) {
  const answer = await fetch(`http://127.0.0.1:${port}/generate?prompt=${encodeURIComponent(prompt)}`);
  if (!answer.ok) throw new Error(`the FastAPI process answered ${answer.status}: ${await answer.text()}`);
  return /** @type {{ tokens: number }} */ (await answer.json()).tokens;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await once(probe.close(), 'close');
  if (address === null || typeof address === 'string') throw new Error('the machine gave no port');
  return address.port;
}
