import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ENV_DIR } from '../paths.mjs';
import { readJson, writeJson } from '../supervisor/files.mjs';
import { fingerprintOf } from './fingerprint.mjs';
import { missingRequirements } from './requirements.mjs';
import { runCommand } from './run-command.mjs';
import { LANES } from './step.mjs';

/** @typedef {import('./step.mjs').Step} Step */
/** @typedef {import('./progress.mjs').Progress} Progress */

/**
 * Does what is not done yet, each step as soon as those before it are done and its lane has room. When one fails, no other begins,
 * those under way end, and the first failure is thrown.
 * @param {Step[]} steps
 * @param {Progress} progress
 * @returns {Promise<{ name: string, seconds: number }[]>} the steps that had to be done
 */
export async function runSteps(steps, progress) {
  for (const folder of ['steps', 'logs', 'drafts']) mkdirSync(join(ENV_DIR, folder), { recursive: true });
  // A step's inputs may be files that an earlier step brings, so it is looked at when its turn has come.
  const waiting = new Set(steps);
  /** @type {Map<Step, Promise<void>>} */
  const running = new Map();
  const finished = new Set();
  /** @type {{ name: string, seconds: number }[]} */
  const made = [];
  /** @type {unknown[]} */
  const failures = [];
  refuseMissing(steps.filter((step) => !isDone(step)));
  while (waiting.size > 0 || running.size > 0) {
    for (const step of waiting) {
      if (failures.length > 0) break;
      if (step.after.some((name) => !finished.has(name) && steps.some((other) => other.name === name))) continue;
      if ([...running.keys()].filter(({ lane }) => lane === step.lane).length >= LANES[step.lane]) continue;
      waiting.delete(step);
      const done = runStep(step, progress)
        .then((seconds) => {
          finished.add(step.name);
          if (seconds !== null) made.push({ name: step.name, seconds });
        })
        .catch((error) => failures.push(error))
        .then(() => void running.delete(step));
      running.set(step, done);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failures.length > 0) throw failures[0];
  return made;
}

/** @param {Step[]} pending */
function refuseMissing(pending) {
  const problems = missingRequirements(new Set(pending.flatMap((step) => step.needs)));
  if (problems.length > 0) throw new MissingRequirements(problems);
}

/** The machine lacks something that the bootstrap does not install. */
export class MissingRequirements extends Error {
  /** @param {string[]} problems */
  constructor(problems) {
    super(`This machine lacks what Conch is built on:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** Does one step unless it is done. @param {Step} step @param {Progress} progress @returns {Promise<number | null>} the seconds it took; null when there was nothing to do */
async function runStep(step, progress) {
  if (isDone(step)) return null;
  const startedAt = Date.now();
  const fingerprint = fingerprintOf(step.inputs());
  if (areThere(step) && (await step.isEqual?.()) === true) {
    record(step, fingerprint, startedAt);
    return null;
  }
  const logFile = join(ENV_DIR, 'logs', `${step.name}.log`);
  const draft = join(ENV_DIR, 'drafts', step.name);
  const say = (/** @type {string} */ line) => progress.tell(step.name, line);
  progress.begin(step.name, step.title);
  rmSync(recordOf(step), { force: true });
  rmSync(logFile, { force: true });
  rmSync(draft, { recursive: true, force: true });
  try {
    await step.make({ draft, say, command: (command, args, options) => runCommand(command, args, { ...options, logFile, say: readBy(options?.reads, say) }) });
    const missing = step.outputs().filter((path) => !existsSync(path));
    if (missing.length > 0) throw new Error(`${step.name} did not make ${missing.join(', ')}. Its log: ${logFile}`);
  } catch (error) {
    progress.end(step.name, { isFailed: true });
    throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  const { seconds } = record(step, fingerprint, startedAt);
  progress.end(step.name);
  return seconds;
}

/** @param {Step} step @returns {boolean} */
function isDone(step) {
  const before = /** @type {{ fingerprint: string } | null} */ (readJson(recordOf(step)));
  return before !== null && areThere(step) && before.fingerprint === fingerprintOf(step.inputs());
}

function areThere(/** @type {Step} */ step) {
  return step.outputs().every((path) => existsSync(path));
}

/** @param {Step} step @param {string} fingerprint @param {number} startedAt */
function record(step, fingerprint, startedAt) {
  const entry = { fingerprint, seconds: Math.round((Date.now() - startedAt) / 100) / 10, finishedAt: new Date().toISOString() };
  writeJson(recordOf(step), entry);
  return entry;
}

function recordOf(/** @type {Step} */ step) {
  return join(ENV_DIR, 'steps', `${step.name}.json`);
}

/** @param {((line: string) => string | null) | undefined} reads @param {(line: string) => void} say @returns {(line: string) => void} */
function readBy(reads, say) {
  if (reads === undefined) return say;
  return (line) => {
    const text = reads(line);
    if (text !== null) say(text);
  };
}
