import { parseArgs } from 'node:util';
import { secondsSince } from './bootstrap/progress.mjs';
import { endCommands } from './bootstrap/run-command.mjs';
import { bootstrap } from './bootstrap.mjs';
import { REPORTS, endSuites, runSuite } from './testing/run-suite.mjs';
import { SUITES, presentSuites } from './testing/suites.mjs';

/** The whole run is over within this time, whatever hangs. */
const LIMIT_MS = 57 * 60_000;
const GRACE_MS = 60_000;

const startedAt = Date.now();
const { positionals } = parseArgs({ allowPositionals: true });
for (const name of positionals)
  if (!SUITES.some((suite) => suite.name === name)) fail(`There is no suite "${name}"; there are: ${SUITES.map((suite) => suite.name).join(', ')}.`);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => interrupted(signal));

const guard = setTimeout(() => void outOfTime(), LIMIT_MS + GRACE_MS);
guard.unref();

heading('Setting up what is missing');
try {
  await bootstrap({ isForTests: true });
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

/** @type {{ name: string, seconds: string, outcome: import('./testing/outcome.mjs').Outcome }[]} */
const ran = [];
for (const suite of presentSuites()) {
  if (positionals.length > 0 && !positionals.includes(suite.name)) continue;
  heading(suite.title);
  const suiteStartedAt = Date.now();
  const left = LIMIT_MS - (suiteStartedAt - startedAt);
  const outcome =
    left > 0 ? await runSuite(suite, Math.min(suite.limitMs, left)) : { passed: 0, failures: [`${suite.name}: no time was left for it`], skipped: [] };
  ran.push({ name: suite.name, seconds: secondsSince(suiteStartedAt), outcome });
}
summarise();

function summarise() {
  heading('Summary');
  for (const { name, seconds, outcome } of ran) {
    const { passed, failures, skipped } = outcome;
    console.log(`  ${name.padEnd(16)} ${seconds.padStart(9)}  ${passed} passed, ${failures.length} failed, ${skipped.length} skipped`);
  }
  const failures = ran.flatMap(({ outcome }) => outcome.failures);
  const skipped = ran.flatMap(({ outcome }) => outcome.skipped);
  tell('Failed', failures);
  tell('Skipped', skipped);
  console.log(`\nReports and outputs: ${REPORTS}. All in ${secondsSince(startedAt)}.`);
  const passed = ran.reduce((sum, { outcome }) => sum + outcome.passed, 0);
  console.log(`${passed} passed, ${failures.length} failed, ${skipped.length} skipped`);
  process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
}

/** @param {string} title @param {string[]} names */
function tell(title, names) {
  if (names.length === 0) return;
  console.log(`\n${title}:`);
  for (const name of names) console.log(`  - ${name}`);
}

/** @param {string} title */
function heading(title) {
  console.log(`\n── ${title} ${'─'.repeat(Math.max(3, 76 - title.length))}`);
}

/** Whatever hangs where suites have no limit of their own, the set-up for one. */
async function outOfTime() {
  endSuites();
  await endCommands();
  fail(`The tests were not over within ${(LIMIT_MS + GRACE_MS) / 60_000} minutes.`);
}

/** @param {NodeJS.Signals} signal */
function interrupted(signal) {
  endSuites();
  console.log(`\nInterrupted by ${signal}.`);
  process.exit(130);
}

/** @param {string} reason @returns {never} */
function fail(reason) {
  console.error(`\n${reason}`);
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
