import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.mjs';
import { outcomeOf } from './outcome.mjs';

/** Reports and outputs of the last run. */
export const REPORTS = join(ROOT, '.conch', 'tests', 'reports');
const KILL_AFTER_MS = 20_000;

/** @type {Set<number>} */
const groups = new Set();

/** Ends whatever suite is under way, with all that it started. */
export function endSuites() {
  for (const group of groups) endGroup(group, 'SIGTERM');
}

/**
 * Runs one suite with its output shown and kept; never longer than its limit.
 * @param {import('./suites.mjs').Suite} suite
 * @param {number} limitMs
 * @returns {Promise<import('./outcome.mjs').Outcome>}
 */
export async function runSuite(suite, limitMs) {
  mkdirSync(REPORTS, { recursive: true });
  const report = join(REPORTS, `${suite.name}.${suite.kind === 'pytest' ? 'xml' : 'json'}`);
  rmSync(report, { force: true });
  const log = createWriteStream(join(REPORTS, `${suite.name}.log`));
  const { command, args, env } = suite.run(report);
  // A group of its own, so that a suite which hangs can be ended with everything it started.
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  if (child.pid !== undefined) groups.add(child.pid);
  let output = '';
  for (const [stream, shown] of /** @type {const} */ ([
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ])) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
      log.write(text);
      shown.write(text);
    });
  }
  const ending = await endingOf(child, limitMs);
  if (child.pid !== undefined) groups.delete(child.pid);
  log.end();
  return outcomeOf(suite, { report, output, ending });
}

/** @param {import('node:child_process').ChildProcess} child @param {number} limitMs @returns {Promise<string | null>} how it ended badly; null when well */
function endingOf(child, limitMs) {
  return new Promise((resolve) => {
    let isLate = false;
    /** @type {NodeJS.Timeout | undefined} */
    let killing;
    const limit = setTimeout(() => {
      isLate = true;
      endGroup(child.pid, 'SIGTERM');
      killing = setTimeout(() => endGroup(child.pid, 'SIGKILL'), KILL_AFTER_MS);
    }, limitMs);
    const settle = (/** @type {string | null} */ ending) => {
      clearTimeout(limit);
      clearTimeout(killing);
      resolve(isLate ? `it was not over within ${Math.round(limitMs / 60_000)} minutes` : ending);
    };
    child.once('error', (error) => settle(`it could not be started: ${error.message}`));
    child.once('exit', (code, signal) => settle(code === 0 ? null : signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`));
  });
}

/** @param {number | undefined} group @param {NodeJS.Signals} signal */
function endGroup(group, signal) {
  if (group === undefined) return;
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
