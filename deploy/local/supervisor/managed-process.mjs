import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, createWriteStream, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { clearLeftovers, signal, startTimeOf } from './leftovers.mjs';
import { tailOf } from './logs.mjs';

/**
 * What is started, how its health is known, and how it is stopped.
 * @typedef {object} ProcessSpec
 * @property {string} name
 * @property {string} command
 * @property {string[]} args
 * @property {Record<string, string>} env
 * @property {string} cwd
 * @property {() => Promise<void>} check throws with the reason while it is not healthy
 * @property {NodeJS.Signals} stopSignal
 * @property {number} graceMs
 * @property {number} startTimeoutMs
 * @property {() => Promise<void>} [prepare] runs before every start
 */

const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 10_000;
/** A process that stayed up this long starts its backoff anew. */
const STEADY_MS = 30_000;
const POLL_MS = 150;
const SHOWN_LINES = 12;
/** A process that ended so often while it was to become healthy will not. */
const MOST_ENDINGS_AT_START = 5;

/** One process that is kept running: started again with backoff whenever it ends, its output kept in a log of its own. */
export class ManagedProcess {
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  #isStopping = false;
  #stopped = new AbortController();
  #endings = 0;
  #backoffMs = FIRST_BACKOFF_MS;
  #startedAt = 0;
  /** @type {Promise<void>} */
  #life = Promise.resolve();
  restarts = 0;
  isHealthy = false;
  lastExit = '';

  /**
   * @param {ProcessSpec} spec
   * @param {{ stackId: string, logFile: string, echo: ((name: string, line: string) => void) | null, changed: () => void }} context
   */
  constructor(spec, context) {
    this.spec = spec;
    this.context = context;
  }

  get pid() {
    return this.#child?.pid ?? null;
  }

  get startTime() {
    return this.pid === null ? null : startTimeOf(this.pid);
  }

  /** When it was started last, in unix milliseconds; null while it is down. */
  get startedAt() {
    return this.#child === null ? null : this.#startedAt;
  }

  /** Starts it and resolves when it is healthy; throws with what its log ends on when that takes too long. */
  async start() {
    this.#life = this.#live();
    const startedAt = Date.now();
    let reason = 'it gave no answer';
    while (Date.now() - startedAt < this.spec.startTimeoutMs && this.#endings < MOST_ENDINGS_AT_START && !this.#isStopping) {
      try {
        await this.spec.check();
        this.#setHealth(true);
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
      await delay(POLL_MS);
    }
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    throw new Error(
      `${this.spec.name} was not healthy after ${seconds} s: ${reason}.${this.lastExit}\n${tailOf(this.context.logFile, SHOWN_LINES)}\nIts log: ${this.context.logFile}`,
    );
  }

  /** Looks once; for the status that others read. */
  async look() {
    try {
      await this.spec.check();
      this.#setHealth(this.pid !== null);
    } catch {
      // Why is in the process's own log and in its health answer; here only whether.
      this.#setHealth(false);
    }
  }

  /** Asks it to end, kills it after its grace time, and whatever it left behind. */
  async stop() {
    this.#isStopping = true;
    this.#stopped.abort();
    const child = this.#child;
    if (child?.pid !== undefined) signal(child.pid, this.spec.stopSignal);
    const timer = setTimeout(() => killGroup(this.#child?.pid), this.spec.graceMs);
    await this.#life;
    clearTimeout(timer);
    await clearLeftovers(this.context.stackId, { name: this.spec.name, graceMs: 0 });
    this.#setHealth(false);
  }

  async #live() {
    while (!this.#isStopping) {
      await this.#runOnce();
      this.#endings += 1;
      if (this.#isStopping) return;
      this.#setHealth(false);
      if (Date.now() - this.#startedAt > STEADY_MS) this.#backoffMs = FIRST_BACKOFF_MS;
      this.#note(`ended (${this.lastExit.trim()}); it is started again in ${this.#backoffMs} ms`);
      await delay(this.#backoffMs, undefined, { signal: this.#stopped.signal }).catch(() => {});
      if (this.#isStopping) return;
      this.#backoffMs = Math.min(LONGEST_BACKOFF_MS, this.#backoffMs * 2);
      this.restarts += 1;
    }
  }

  async #runOnce() {
    try {
      // What a killed process left running (Triton's Python stubs) would sit on its memory and ports.
      await clearLeftovers(this.context.stackId, { name: this.spec.name, graceMs: 0 });
      await this.spec.prepare?.();
    } catch (error) {
      this.lastExit = ` It could not be prepared: ${error instanceof Error ? error.message : String(error)}`;
      this.#note(this.lastExit.trim());
      return;
    }
    if (this.#isStopping) return;
    // Straight into its log, so that neither the end of the supervisor nor its being slow is felt; by way of us only where lines are shown.
    const output = this.context.echo === null ? openSync(this.context.logFile, 'a') : 'pipe';
    const child = spawn(this.spec.command, this.spec.args, {
      cwd: this.spec.cwd,
      env: { ...this.spec.env, CONCH_STACK_ID: this.context.stackId, CONCH_PROCESS: this.spec.name },
      stdio: ['ignore', output, output],
      detached: true,
    });
    if (typeof output === 'number') closeSync(output);
    this.#child = child;
    this.#startedAt = Date.now();
    this.context.changed();
    if (output === 'pipe') this.#show(child);
    await new Promise((resolve) => {
      child.once('error', (error) => {
        this.lastExit = ` It could not be started: ${error.message}`;
        resolve(undefined);
      });
      child.once('exit', (code, name) => {
        this.lastExit = ` It ended with ${name ?? `exit code ${code}`}.`;
        resolve(undefined);
      });
    });
    this.#child = null;
    this.context.changed();
  }

  /** Writes a process's output to its log and shows it. @param {import('node:child_process').ChildProcess} child */
  #show(child) {
    const log = createWriteStream(this.context.logFile, { flags: 'a' });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.pipe(log, { end: false });
      this.#echo(stream);
    }
    // Its own children may hold its output open after it: the log ends when the last of them has gone.
    child.once('close', () => log.end());
  }

  /** @param {import('node:stream').Readable | null} stream */
  #echo(stream) {
    let rest = '';
    stream?.on('data', (/** @type {Buffer} */ bytes) => {
      const lines = (rest + bytes.toString('utf8')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.context.echo?.(this.spec.name, line);
    });
  }

  #note(/** @type {string} */ text) {
    appendFileSync(this.context.logFile, `[supervisor] ${this.spec.name} ${text}\n`);
    this.context.echo?.('supervisor', `${this.spec.name} ${text}`);
  }

  #setHealth(/** @type {boolean} */ isHealthy) {
    if (this.isHealthy === isHealthy) return;
    this.isHealthy = isHealthy;
    this.context.changed();
  }
}

const killGroup = (/** @type {number | undefined} */ pid) => pid !== undefined && signal(-pid, 'SIGKILL');
