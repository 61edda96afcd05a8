import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isMain } from '../is-main.mjs';
import { connectionFiles, stateDirFrom } from '../paths.mjs';
import { hostEnvironment, readOverrides } from '../stack/host-environment.mjs';
import { stackProcesses } from '../stack/processes.mjs';
import { KEY_FILE, baseModels } from '../stack/services.mjs';
import { writeJson } from './files.mjs';
import { clearLeftovers, startTimeOf } from './leftovers.mjs';
import { LockTaken, takeLock } from './lock.mjs';
import { prefixedLines, rotateLogs } from './logs.mjs';
import { claimPorts } from './ports.mjs';
import { readSecrets } from './secrets.mjs';
import { supervisorLock, writeStack } from './stack-file.mjs';
import { Supervisor } from './supervisor.mjs';

const PARENT_LOOK_MS = 500;

/**
 * Runs a stack until it is told to end; resolves with the exit code.
 * @param {{ stateDir: string, port?: number, only?: string[], isForeground?: boolean, onReady?: () => Promise<void> }} options
 * @returns {Promise<number>}
 */
export async function supervise({ stateDir, port, only, isForeground = false, onReady }) {
  // Logs, artifacts and what else comes to lie in the state folder are the user's alone.
  process.umask(0o077);
  const lock = takeLock(supervisorLock(stateDir));
  try {
    const cleared = await clearLeftovers(stateDir);
    if (cleared > 0) console.log(`Cleared ${cleared} processes that an earlier supervisor left.`);
    return await run(stateDir, await contextOf(stateDir, port), { only, echo: isForeground ? prefixedLines(process.stdout) : null, onReady });
  } finally {
    lock.release();
  }
}

/** @param {string} stateDir @param {number | undefined} port @returns {Promise<import('../stack/context.mjs').StackContext>} */
async function contextOf(stateDir, port) {
  const overrides = readOverrides(process.env['CONCH_OVERRIDES']);
  return { stateDir, ports: await claimPorts(stateDir, port), secrets: readSecrets(stateDir), host: hostEnvironment(process.env), overrides };
}

/**
 * @param {string} stateDir
 * @param {import('../stack/context.mjs').StackContext} context
 * @param {{ only: string[] | undefined, echo: ((name: string, line: string) => void) | null, onReady: (() => Promise<void>) | undefined }} options
 */
async function run(stateDir, context, { only, echo, onReady }) {
  const logDir = join(stateDir, 'logs');
  const processes = stackProcesses(context, only);
  rotateLogs(
    logDir,
    processes.map(({ name }) => name),
  );
  const told = new ToldState(
    context,
    processes.some(({ name }) => name === 'gateway'),
  );
  const supervisor = new Supervisor({ stackId: stateDir, logDir, processes, echo, changed: () => told.write() });
  told.supervisor = supervisor;
  told.forget();
  told.enter('starting');
  const ending = endOf();
  const running = supervisor.start().then(() => told.ready(onReady));
  const failure = await Promise.race([ending, running.then(() => ending)]).then(
    () => null,
    (error) => (error instanceof Error ? error.message : String(error)),
  );
  if (failure !== null) console.error(failure);
  told.enter('stopping');
  await supervisor.stop();
  await running.catch(() => {});
  told.forget();
  told.enter(failure === null ? 'stopped' : 'failed', failure ?? '');
  return failure === null ? 0 : 1;
}

/** What is told of the stack to whoever reads its files. */
class ToldState {
  /** @type {Supervisor | null} */
  supervisor = null;
  /** @type {import('./stack-file.mjs').StackState['phase']} */
  #phase = 'starting';
  #failure = '';
  #startedAt = Date.now();

  /** @param {import('../stack/context.mjs').StackContext} context @param {boolean} hasGateway */
  constructor(context, hasGateway) {
    this.context = context;
    this.baseURL = hasGateway ? `http://127.0.0.1:${context.ports['http']}/v1` : null;
  }

  /** @param {import('./stack-file.mjs').StackState['phase']} phase */
  enter(phase, failure = '') {
    this.#phase = phase;
    this.#failure = failure;
    this.write();
  }

  /** Everything is healthy: says how the stack is reached, and keeps looking. @param {(() => Promise<void>) | undefined} onReady */
  async ready(onReady) {
    const { stateDir } = this.context;
    const keyFile = join(stateDir, KEY_FILE);
    if (this.baseURL !== null) {
      if (!existsSync(keyFile))
        throw new Error(
          `The gateway is healthy but wrote no first key to ${keyFile}. When that file was removed by hand, restore it, or begin with a new state folder.`,
        );
      const connection = { baseURL: this.baseURL, apiKey: readFileSync(keyFile, 'utf8').trim(), stateDir };
      for (const path of connectionFiles(stateDir)) writeJson(path, connection, 0o600);
    }
    this.enter('ready');
    await onReady?.();
    await this.supervisor?.watch();
  }

  /** Nobody is to use addresses of a stack that is not up. */
  forget() {
    for (const path of connectionFiles(this.context.stateDir)) rmSync(path, { force: true });
  }

  write() {
    try {
      writeStack(this.#state());
    } catch (error) {
      // A full disk must not end what runs; the next change is written again.
      console.error(error);
    }
  }

  /** @returns {import('./stack-file.mjs').StackState} */
  #state() {
    return {
      phase: this.#phase,
      failure: this.#failure,
      stateDir: this.context.stateDir,
      baseURL: this.baseURL,
      baseModels: baseModels(this.context)
        .split(',')
        .map((entry) => entry.split('=')[0]?.trim() ?? '')
        .filter((name) => name !== ''),
      ports: this.context.ports,
      supervisor: { pid: process.pid, startedAt: this.#startedAt },
      processes: (this.supervisor?.managed ?? []).map(({ spec, process: managed }) => ({
        name: spec.name,
        pid: managed.pid,
        startTime: managed.startTime,
        startedAt: managed.startedAt,
        port: spec.port,
        isHealthy: managed.isHealthy,
        restarts: managed.restarts,
        lastExit: managed.lastExit.trim(),
        log: managed.context.logFile,
      })),
    };
  }
}

/** Resolves when the stack is to end: a signal, or the end of the process that it was started for; a fault of our own ends it too. @returns {Promise<void>} */
function endOf() {
  return new Promise((resolve, reject) => {
    process.on('uncaughtException', reject);
    for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, () => resolve());
    const [pid, startTime] = (process.env['CONCH_PARENT'] ?? '').split(':');
    if (pid) void parentEnd(Number(pid), startTime).then(resolve);
  });
}

/** @param {number} pid @param {string | undefined} startTime */
async function parentEnd(pid, startTime) {
  while (startTimeOf(pid) === startTime) await delay(PARENT_LOOK_MS);
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { state: { type: 'string' }, port: { type: 'string' }, only: { type: 'string' }, foreground: { type: 'boolean' } } });
  try {
    const options = {
      ...(values.port === undefined ? {} : { port: Number(values.port) }),
      ...(values.only === undefined ? {} : { only: values.only.split(',') }),
    };
    process.exit(await supervise({ stateDir: stateDirFrom(values.state), isForeground: values.foreground === true, ...options }));
  } catch (error) {
    console.error(error instanceof LockTaken ? `This stack is up already: ${error.message}` : error);
    process.exit(1);
  }
}
