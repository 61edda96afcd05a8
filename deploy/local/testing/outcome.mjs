import { existsSync, readFileSync } from 'node:fs';

/** What came out of one suite. @typedef {{ passed: number, failures: string[], skipped: string[] }} Outcome */

/**
 * Reads a suite's report. One that says nothing, or says that all is well although the suite ended badly, is a failure itself.
 * @param {import('./suites.mjs').Suite} suite
 * @param {{ report: string, output: string, ending: string | null }} ran `ending` says how it ended badly, null when well
 * @returns {Outcome}
 */
export function outcomeOf(suite, { report, output, ending }) {
  const outcome = readOutcome(suite, report, output);
  const count = outcome.passed + outcome.failures.length + outcome.skipped.length;
  if (count === 0) outcome.failures.push(`${suite.name}: no test ran${ending === null ? '' : `; ${ending}`}`);
  else if (ending !== null && (outcome.failures.length === 0 || !ending.startsWith('it ended with exit code 1')))
    outcome.failures.push(`${suite.name}: ${ending}`);
  return outcome;
}

/** @param {import('./suites.mjs').Suite} suite @param {string} report @param {string} output @returns {Outcome} */
function readOutcome({ kind }, report, output) {
  if (kind === 'checks') return checksOutcome(output);
  if (!existsSync(report)) return { passed: 0, failures: [], skipped: [] };
  const text = readFileSync(report, 'utf8');
  return kind === 'jest' ? jestOutcome(text) : junitOutcome(text);
}

/** @param {string} output one line a check: its name and `ok` or `failed` @returns {Outcome} */
export function checksOutcome(output) {
  const lines = [...output.matchAll(/^(\w+)\s+(ok|failed)\s+[\d.]+ s$/gm)];
  return {
    passed: lines.filter(([, , word]) => word === 'ok').length,
    failures: lines.filter(([, , word]) => word === 'failed').map(([, name]) => `check ${name}`),
    skipped: [],
  };
}

/** @typedef {{ status: string, message: string, name: string, assertionResults: { status: string, fullName: string }[] }} JestFile */

/** @param {string} text Jest's JSON @returns {Outcome} */
export function jestOutcome(text) {
  const { testResults } = /** @type {{ testResults: JestFile[] }} */ (JSON.parse(text));
  /** @type {Outcome} */
  const outcome = { passed: 0, failures: [], skipped: [] };
  for (const { status, message, name, assertionResults } of testResults) {
    for (const { status: verdict, fullName } of assertionResults) {
      if (verdict === 'passed') outcome.passed += 1;
      else if (verdict === 'failed') outcome.failures.push(`${fullName}  (${name})`);
      else outcome.skipped.push(`${fullName}  (${name}): ${verdict}`);
    }
    // A file that could not even be loaded has no tests in the report.
    if (status === 'failed' && assertionResults.every((one) => one.status !== 'failed'))
      outcome.failures.push(`${name}: ${message.trim().split('\n')[0] ?? ''}`);
  }
  return outcome;
}

/** @param {string} text pytest's JUnit XML @returns {Outcome} */
export function junitOutcome(text) {
  /** @type {Outcome} */
  const outcome = { passed: 0, failures: [], skipped: [] };
  for (const [, attributes = '', body = ''] of text.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = `${attribute(attributes, 'classname')}::${attribute(attributes, 'name')}`;
    const skipped = /<skipped\b([^>]*)/.exec(body);
    if (/<(failure|error)\b/.test(body)) outcome.failures.push(name);
    else if (skipped !== null) outcome.skipped.push(`${name}: ${attribute(skipped[1] ?? '', 'message')}`);
    else outcome.passed += 1;
  }
  return outcome;
}

const ENTITIES = /** @type {Record<string, string>} */ ({ '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' });

/** @param {string} attributes @param {string} name @returns {string} */
function attribute(attributes, name) {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
  return value.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
