import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checksOutcome, jestOutcome, junitOutcome, outcomeOf } from './outcome.mjs';

describe(jestOutcome.name, () => {
  it('counts tests, and a file that could not be loaded as a failure', () => {
    const report = {
      testResults: [
        { name: 'a.spec.ts', status: 'failed', message: '', assertionResults: [aTest('passed', 'one'), aTest('failed', 'two'), aTest('pending', 'three')] },
        { name: 'b.spec.ts', status: 'failed', message: 'Cannot find module x\nat y', assertionResults: [] },
      ],
    };
    expect(jestOutcome(JSON.stringify(report))).toEqual({
      passed: 1,
      failures: ['two  (a.spec.ts)', 'b.spec.ts: Cannot find module x'],
      skipped: ['three  (a.spec.ts): pending'],
    });
  });
});

describe(junitOutcome.name, () => {
  it('tells passed, failed, broken and skipped tests apart, with the reason of a skip', () => {
    const xml = `<testsuites><testsuite>
      <testcase classname="t" name="passes" time="0.1" />
      <testcase classname="t" name="fails[&lt;a&gt;]"><failure message="no">trace</failure></testcase>
      <testcase classname="t" name="breaks"><error message="no">trace</error></testcase>
      <testcase classname="t" name="waits"><skipped type="pytest.skip" message="no GPU">where</skipped></testcase>
    </testsuite></testsuites>`;
    expect(junitOutcome(xml)).toEqual({ passed: 1, failures: ['t::fails[<a>]', 't::breaks'], skipped: ['t::waits: no GPU'] });
  });
});

describe(checksOutcome.name, () => {
  it('reads one check a line', () => {
    expect(checksOutcome('format      ok        1.2 s\nlint        failed    3.4 s\n\nlint\nfailed here\n')).toEqual({
      passed: 1,
      failures: ['check lint'],
      skipped: [],
    });
  });
});

describe(outcomeOf.name, () => {
  const folder = mkdtempSync(join(tmpdir(), 'conch-outcome-'));
  const report = join(folder, 'report.json');
  /** @type {import('./suites.mjs').Suite} */
  const suite = { name: 'unit', title: '', needs: '', limitMs: 1, kind: 'jest', run: () => ({ command: '', args: [] }) };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('does not take a suite without a report for one that passed', () => {
    expect(outcomeOf(suite, { report: join(folder, 'none'), output: '', ending: 'it was ended by SIGKILL' }).failures).toEqual([
      'unit: no test ran; it was ended by SIGKILL',
    ]);
  });

  it('does not take a suite that ran nothing for one that passed', () => {
    writeFileSync(report, JSON.stringify({ testResults: [] }));
    expect(outcomeOf(suite, { report, output: '', ending: null }).failures).toEqual(['unit: no test ran']);
  });

  it('counts a bad ending that the report does not explain', () => {
    writeFileSync(report, JSON.stringify({ testResults: [{ name: 'a', status: 'passed', message: '', assertionResults: [aTest('passed', 'one')] }] }));
    expect(outcomeOf(suite, { report, output: '', ending: 'it ended with exit code 1' })).toMatchObject({
      passed: 1,
      failures: ['unit: it ended with exit code 1'],
    });
    expect(outcomeOf(suite, { report, output: '', ending: null })).toMatchObject({ passed: 1, failures: [] });
  });
});

/** @param {string} status @param {string} fullName */
function aTest(status, fullName) {
  return { status, fullName };
}
