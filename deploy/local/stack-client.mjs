import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NODE, ROOT, connectionFiles, stateDirFrom } from './paths.mjs';
import { readJson } from './supervisor/files.mjs';
import { clearLeftovers, signal, startTimeOf } from './supervisor/leftovers.mjs';
import { LockTaken, holderOf, takeLock } from './supervisor/lock.mjs';
import { tailOf } from './supervisor/logs.mjs';
import { readStack, stackFile, supervisorLock } from './supervisor/stack-file.mjs';

const POLL_MS = 150;
const SHOWN_LINES = 30;
const START_TIMEOUT_MS = 240_000;
/** The base models are trained by nobody here, only converted and registered; a large one from a hub takes its time. */
const MODELS_TIMEOUT_MS = 900_000;
const STOP_TIMEOUT_MS = 120_000;

/** @typedef {import('./supervisor/stack-file.mjs').StackState} StackState */
/** @typedef {{ baseURL: string, apiKey: string, stateDir: string }} Connection */

/**
 * Starts a stack and resolves when it can be used: everything healthy, its base models registered. Expects that the bootstrap was done.
 * @param {object} options
 * @param {string} [options.stateDir]
 * @param {number} [options.port] of the REST surface
 * @param {Record<string, string>} [options.env] settings that every process gets
 * @param {Record<string, Record<string, string>>} [options.overrides] settings for single processes, by name
 * @param {string[]} [options.only] just these processes
 * @param {boolean} [options.isBackground] whether it outlives this process
 * @param {boolean} [options.awaitModels]
 * @param {(state: StackState) => void} [options.onProgress]
 * @returns {Promise<Connection & { stackFile: string, stop: () => Promise<void> }>}
 */
export async function startStack(options = {}) {
  const stateDir = stateDirFrom(options.stateDir);
  const child = launchSupervisor(stateDir, options);
  try {
    await untilReady(stateDir, child.pid ?? 0, options.onProgress);
    const connection = connectionOf(stateDir) ?? { baseURL: '', apiKey: '', stateDir };
    if (connection.baseURL !== '' && options.awaitModels !== false) await untilModels(stateDir, connection);
    return { ...connection, stackFile: stackFile(stateDir), stop: () => stopStack(stateDir).then(() => {}) };
  } catch (error) {
    // By now another supervisor may have the stack: that one is left alone.
    const holder = holderOf(supervisorLock(stateDir));
    if (holder === null || holder.pid === child.pid) await stopStack(stateDir);
    throw error;
  } finally {
    if (options.isBackground) child.unref();
  }
}

/** @param {string} stateDir @param {Parameters<typeof startStack>[0]} options */
function launchSupervisor(stateDir, options = {}) {
  const holder = holderOf(supervisorLock(stateDir));
  if (holder !== null) throw new Error(`The stack in ${stateDir} is up already (process ${holder.pid}); \`npm run down\` stops it.`);
  mkdirSync(join(stateDir, 'logs'), { recursive: true });
  const log = openSync(logFile(stateDir), 'w');
  const args = [join(ROOT, 'deploy', 'local', 'supervisor', 'supervise.mjs'), '--state', stateDir];
  if (options.port !== undefined) args.push('--port', String(options.port));
  if (options.only !== undefined) args.push('--only', options.only.join(','));
  const env = { ...process.env, ...options.env };
  if (options.overrides !== undefined) env['CONCH_OVERRIDES'] = JSON.stringify(options.overrides);
  // A stack that was started for a process does not outlive it, whatever ends that process.
  if (options.isBackground) delete env['CONCH_PARENT'];
  else env['CONCH_PARENT'] = `${process.pid}:${startTimeOf(process.pid)}`;
  const child = spawn(NODE, args, { cwd: ROOT, env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  return child;
}

function logFile(/** @type {string} */ stateDir) {
  return join(stateDir, 'logs', 'supervisor.log');
}

/**
 * Waits until a supervisor says that its stack is ready.
 * @param {string} stateDir
 * @param {number} pid the supervisor's
 * @param {((state: StackState) => void) | undefined} onProgress
 */
export async function untilReady(stateDir, pid, onProgress) {
  const startTime = startTimeOf(pid);
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUpAt) {
    // Looked at first: what it wrote before its end is read then.
    const isAlive = startTime !== null && startTimeOf(pid) === startTime;
    const state = readStack(stateDir);
    const isItsOwn = state !== null && state.supervisor.pid === pid;
    if (isItsOwn) onProgress?.(state);
    if (isItsOwn && state.phase === 'ready' && isAlive) return;
    if (!isAlive && isItsOwn && state.phase === 'stopped') throw new Error('The stack was told to stop while it started.');
    if (!isAlive) throw new Error(`The stack did not start.\n${tailOf(logFile(stateDir), SHOWN_LINES)}`);
    await delay(POLL_MS);
  }
  throw new Error(`The stack was not ready within ${START_TIMEOUT_MS / 1_000} s. Its log: ${logFile(stateDir)}`);
}

/** Waits until every base model of the stack can be used. @param {string} stateDir @param {Connection} connection @param {(missing: string[]) => void} [onProgress] */
export async function untilModels(stateDir, connection, onProgress) {
  const giveUpAt = Date.now() + MODELS_TIMEOUT_MS;
  const wanted = readStack(stateDir)?.baseModels ?? [];
  let missing = wanted;
  while (Date.now() < giveUpAt) {
    const there = await modelsOf(connection);
    missing = wanted.filter((name) => !there.includes(name));
    if (missing.length === 0) return;
    onProgress?.(missing);
    if (holderOf(supervisorLock(stateDir)) === null)
      throw new Error(`The stack ended while it brought in ${missing.join(', ')}.\n${tailOf(logFile(stateDir), SHOWN_LINES)}`);
    await delay(POLL_MS * 2);
  }
  throw new Error(
    `${missing.join(', ')} did not become usable within ${MODELS_TIMEOUT_MS / 1_000} s. See ${join(stateDir, 'logs', 'training.log')} and the runners' logs in ${stateDir}.`,
  );
}

/** @param {Connection} connection @returns {Promise<string[]>} */
async function modelsOf({ baseURL, apiKey }) {
  try {
    const response = await fetch(`${baseURL}/models`, { headers: { authorization: `Bearer ${apiKey}` }, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) return [];
    const body = /** @type {{ data: { id: string }[] }} */ (await response.json());
    return body.data.map(({ id }) => id);
  } catch {
    // A service that is just being started again answers the next time.
    return [];
  }
}

/** How a running stack is reached; null when it is not up. @param {string} [stateDir] @returns {Connection | null} */
export function connectionOf(stateDir) {
  const [own = ''] = connectionFiles(stateDirFrom(stateDir));
  return existsSync(own) ? /** @type {Connection} */ (readJson(own)) : null;
}

/**
 * Stops a stack, and clears whatever one that was killed left behind.
 * @param {string} stateDir
 * @returns {Promise<{ wasUp: boolean, cleared: number }>}
 */
export async function stopStack(stateDir) {
  const lock = supervisorLock(stateDir);
  const holder = holderOf(lock);
  if (holder !== null) {
    signal(holder.pid, 'SIGTERM');
    const killAt = Date.now() + STOP_TIMEOUT_MS;
    while (holderOf(lock)?.pid === holder.pid) {
      // It hangs: what it leaves is cleared below.
      if (Date.now() > killAt) signal(holder.pid, 'SIGKILL');
      await delay(POLL_MS);
    }
  }
  return { wasUp: holder !== null, cleared: await clearUnlessTaken(stateDir, lock) };
}

/** Clears what is left; nothing when a new supervisor has come, which did so itself. @param {string} stateDir @param {string} path */
async function clearUnlessTaken(stateDir, path) {
  let lock;
  try {
    lock = takeLock(path);
  } catch (error) {
    if (error instanceof LockTaken) return 0;
    throw error;
  }
  try {
    return await clearLeftovers(stateDir);
  } finally {
    lock.release();
  }
}
