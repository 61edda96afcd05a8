import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clearLeftovers } from './leftovers.mjs';
import { ManagedProcess } from './managed-process.mjs';

/** How often the health of what runs is looked at. */
const LOOK_MS = 1_000;
/** A runner that is stopped may save where it is. */
const RUNNER_GRACE_MS = 8_000;

/** @typedef {import('../stack/context.mjs').StackProcess} StackProcess */

/** Keeps a stack's processes running: started in the order of their needs, side by side where they have none, and stopped the other way round. */
export class Supervisor {
  #isStopping = false;

  /**
   * @param {{ stackId: string, logDir: string, processes: StackProcess[], echo: ((name: string, line: string) => void) | null, changed: () => void }} options
   */
  constructor(options) {
    this.options = options;
    this.managed = options.processes.map((spec) => {
      const context = { stackId: options.stackId, logFile: join(options.logDir, `${spec.name}.log`), echo: options.echo, changed: options.changed };
      return { spec, process: new ManagedProcess(spec, context) };
    });
  }

  /** Starts everything; throws when one does not become healthy. */
  async start() {
    /** @type {Map<string, Promise<void>>} */
    const started = new Map();
    for (const { spec, process } of this.managed) {
      started.set(
        spec.name,
        (async () => {
          await Promise.all(spec.after.map((name) => started.get(name)));
          if (this.#isStopping) return;
          await process.start();
          await spec.afterStart?.();
        })(),
      );
    }
    await Promise.all(started.values());
  }

  /** Looks at the health of everything again and again until it is stopped. */
  async watch() {
    while (!this.#isStopping) {
      await Promise.all(this.managed.map(({ process }) => process.look()));
      await delay(LOOK_MS);
    }
  }

  /** Stops everything, each after those that need it, and whatever they left behind. */
  async stop() {
    this.#isStopping = true;
    /** @type {Map<string, Promise<void>>} */
    const stopped = new Map();
    for (const { spec, process } of [...this.managed].reverse()) {
      const dependents = this.managed.filter((other) => other.spec.after.includes(spec.name));
      stopped.set(
        spec.name,
        (async () => {
          await Promise.all(dependents.map((other) => stopped.get(other.spec.name)));
          await process.stop();
          // A runner outlives its service on purpose, but not the stack; it ends after it, so that its end is no news of a failure.
          if (spec.name === 'training') await clearLeftovers(this.options.stackId, { name: 'runner', graceMs: RUNNER_GRACE_MS });
        })(),
      );
    }
    await Promise.all(stopped.values());
    await clearLeftovers(this.options.stackId);
  }
}
