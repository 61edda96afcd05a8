import { parseArgs } from 'node:util';
import { Progress, secondsSince } from './bootstrap/progress.mjs';
import { bootstrap } from './bootstrap.mjs';
import { isMain } from './is-main.mjs';
import { DEFAULT_STATE_DIR, stateDirFrom } from './paths.mjs';
import { connectionOf, startStack, untilModels, untilReady } from './stack-client.mjs';
import { holderOf } from './supervisor/lock.mjs';
import { readStack, supervisorLock } from './supervisor/stack-file.mjs';
import { supervise } from './supervisor/supervise.mjs';

/** @typedef {import('./stack-client.mjs').Connection} Connection */

/**
 * Brings a stack up in the background, showing how; one that is up or starting already is left as it is.
 * @param {{ stateDir: string, port?: number, only?: string[] }} options
 * @returns {Promise<Connection>}
 */
export async function bringUp(options) {
  const { stateDir } = options;
  const progress = new Progress();
  const holder = holderOf(supervisorLock(stateDir));
  if (holder === null || readStack(stateDir)?.phase !== 'ready') {
    const shown = new ShownProcesses(progress);
    const onProgress = (/** @type {import('./supervisor/stack-file.mjs').StackState} */ state) => shown.show(state);
    try {
      if (holder === null) await startStack({ ...options, isBackground: true, awaitModels: false, onProgress });
      else await untilReady(stateDir, holder.pid, onProgress);
    } finally {
      shown.close();
    }
  }
  const connection = connectionOf(stateDir);
  if (connection === null) {
    const phase = readStack(stateDir)?.phase;
    if (options.only !== undefined && phase === 'ready') return { baseURL: '', apiKey: '', stateDir };
    throw new Error(`The stack in ${stateDir} is ${phase ?? 'not known'}; \`npm run status\` tells more, \`npm run down\` stops it.`);
  }
  await showModels(connection, progress);
  return connection;
}

/** @param {Connection} connection @param {Progress} progress */
async function showModels(connection, progress) {
  let hasBegun = false;
  const begin = (/** @type {string[]} */ missing) => {
    if (!hasBegun) progress.begin('models', `base model ${missing.join(', ')}: checked, converted, registered`);
    hasBegun = true;
  };
  try {
    await untilModels(connection.stateDir, connection, begin);
    progress.end('models');
  } catch (error) {
    progress.end('models', { isFailed: true });
    throw error;
  }
}

/** One line a process: under way until it is healthy. */
class ShownProcesses {
  /** @type {Set<string>} */
  #begun = new Set();
  /** @type {Set<string>} */
  #ended = new Set();

  constructor(/** @type {Progress} */ progress) {
    this.progress = progress;
  }

  /** @param {import('./supervisor/stack-file.mjs').StackState} state */
  show(state) {
    for (const { name, pid, port, isHealthy, restarts } of state.processes) {
      if (!this.#begun.has(name) && (pid !== null || isHealthy)) {
        this.#begun.add(name);
        this.progress.begin(name, name);
      }
      if (restarts > 0) this.progress.tell(name, `started again, ${restarts} times so far`);
      if (!this.#begun.has(name) || this.#ended.has(name) || !isHealthy) continue;
      this.#ended.add(name);
      this.progress.end(name, { note: `127.0.0.1:${port}` });
    }
  }

  /** What has not become healthy by now has failed. */
  close() {
    for (const name of this.#begun) if (!this.#ended.has(name)) this.progress.end(name, { isFailed: true });
  }
}

/** Where a stack is found. @param {Connection} connection */
export function describeStack({ baseURL, apiKey, stateDir }) {
  const origin = baseURL.replace(/\/v1$/, '');
  const flag = stateDir === stateDirFrom(DEFAULT_STATE_DIR) ? '' : ` -- --state ${stateDir}`;
  return [
    `  API        ${baseURL}`,
    `  API docs   ${origin}/docs`,
    `  API key    ${apiKey}`,
    `  State      ${stateDir}`,
    `  See how it is: npm run status${flag}     stop it: npm run down${flag}`,
  ].join('\n');
}

/** @param {{ stateDir: string, port?: number, only?: string[] }} options @returns {Promise<number>} the exit code */
function runForeground(options) {
  const onReady = async () => {
    const connection = connectionOf(options.stateDir);
    if (connection === null) return;
    console.log(`\nConch is up. Ctrl-C stops it.\n${describeStack(connection)}\n`);
  };
  return supervise({ ...options, isForeground: true, onReady });
}

if (isMain(import.meta.url)) {
  const startedAt = Date.now();
  const { values } = parseArgs({ options: { state: { type: 'string' }, port: { type: 'string' }, only: { type: 'string' }, foreground: { type: 'boolean' } } });
  try {
    if (values.port !== undefined && !(Number(values.port) >= 1 && Number(values.port) <= 65_535))
      throw new Error(`--port must be a number from 1 to 65535, not "${values.port}".`);
    await bootstrap();
    const options = {
      stateDir: stateDirFrom(values.state),
      ...(values.port === undefined ? {} : { port: Number(values.port) }),
      ...(values.only === undefined ? {} : { only: values.only.split(',') }),
    };
    if (values.foreground === true) process.exit(await runForeground(options));
    const connection = await bringUp(options);
    console.log(`\nConch is up, after ${secondsSince(startedAt)}.\n${describeStack(connection)}`);
    process.exit(0);
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
