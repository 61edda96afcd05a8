import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Progress, secondsSince } from './bootstrap/progress.mjs';
import { endCommands } from './bootstrap/run-command.mjs';
import { MissingRequirements, runSteps } from './bootstrap/run-steps.mjs';
import { STEPS } from './bootstrap/steps.mjs';
import { isMain } from './is-main.mjs';
import { ENV_DIR } from './paths.mjs';
import { LockTaken, takeLock } from './supervisor/lock.mjs';

/**
 * Installs what Conch runs on into the environment folder and compiles it; does only what is not done yet.
 * @param {{ isForTests?: boolean, only?: string[] }} [options] `only` names steps; those before them are taken along
 * @returns {Promise<void>}
 */
export async function bootstrap(options = {}) {
  const startedAt = Date.now();
  mkdirSync(ENV_DIR, { recursive: true });
  const lock = await waitForLock(join(ENV_DIR, 'bootstrap.lock'));
  const interruption = awaitInterruption(lock);
  try {
    await endCommands();
    const made = await runSteps(wantedSteps(options), new Progress());
    if (made.length === 0) return;
    const slowest = [...made].sort((a, b) => b.seconds - a.seconds).map(({ name, seconds }) => `${name} ${seconds} s`);
    console.log(`  Installed in ${secondsSince(startedAt)}: ${slowest.join(', ')}.`);
  } catch (error) {
    // The steps fail because their programs were ended; the interruption ends this process.
    if (interruption.hasCome) await new Promise(() => {});
    throw error;
  } finally {
    interruption.forget();
    lock.release();
  }
}

/** @param {{ isForTests?: boolean, only?: string[] }} options */
function wantedSteps({ isForTests = false, only }) {
  if (only === undefined) return STEPS.filter((step) => isForTests || step.isForTests !== true);
  const wanted = new Set(only);
  for (const name of wanted) {
    const step = STEPS.find((other) => other.name === name);
    if (step === undefined) throw new Error(`There is no step "${name}"; there are: ${STEPS.map((other) => other.name).join(', ')}.`);
    for (const before of step.after) wanted.add(before);
  }
  return STEPS.filter(({ name }) => wanted.has(name));
}

/** One bootstrap an environment folder: another one waits for it. @param {string} path */
async function waitForLock(path) {
  for (let hasSaid = false; ; hasSaid = true) {
    try {
      return takeLock(path);
    } catch (error) {
      if (!(error instanceof LockTaken)) throw error;
      if (!hasSaid) console.log(`  Another bootstrap (process ${error.holder.pid}) is at work; waiting for it …`);
      await delay(500);
    }
  }
}

/** An interrupted bootstrap leaves no program behind; the next one goes on where it stopped. @param {{ release: () => void }} lock */
function awaitInterruption(lock) {
  const end = async (/** @type {NodeJS.Signals} */ name) => {
    if (interruption.hasCome) return;
    interruption.hasCome = true;
    await endCommands();
    lock.release();
    console.log('\n  Interrupted; the next run goes on from here.');
    process.exit(name === 'SIGINT' ? 130 : 143);
  };
  const forget = () => void process.off('SIGINT', end).off('SIGTERM', end);
  process.on('SIGINT', end).on('SIGTERM', end);
  const interruption = { hasCome: false, forget };
  return interruption;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { for: { type: 'string' }, only: { type: 'string' } } });
  try {
    await bootstrap({ isForTests: values.for === 'tests', ...(values.only === undefined ? {} : { only: values.only.split(',') }) });
    console.log(`  Everything is installed in ${ENV_DIR}.`);
  } catch (error) {
    console.error(
      `\n${error instanceof MissingRequirements ? error.message : `The bootstrap failed: ${error instanceof Error ? error.message : String(error)}`}`,
    );
    console.error('Run the same command again to go on from here.');
    process.exit(1);
  }
}
