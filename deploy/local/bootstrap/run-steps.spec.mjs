import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const folder = mkdtempSync(join(tmpdir(), 'conch-steps-'));
process.env['CONCH_ENV_DIR'] = folder;
const { runSteps } = await import('./run-steps.mjs');
const { Progress } = await import('./progress.mjs');

/** @type {string[]} */
let made = [];
const silent = new Progress({ write: () => true });

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  made = [];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe(runSteps.name, () => {
  it('does a step once', async () => {
    await runSteps([aStep('a')], silent);
    expect(await runSteps([aStep('a')], silent)).toEqual([]);
    expect(made).toEqual(['a']);
  });

  it('does it again when its inputs have changed, or its output is gone', async () => {
    await runSteps([aStep('a', { inputs: () => ['1'] })], silent);
    await runSteps([aStep('a', { inputs: () => ['2'] })], silent);
    rmSync(join(folder, 'a'));
    await runSteps([aStep('a', { inputs: () => ['2'] })], silent);
    expect(made).toEqual(['a', 'a', 'a']);
  });

  it('goes on after an interruption with what was not done, and clears the draft of the one that was cut off', async () => {
    const cutOff = aStep('b', {
      make: async ({ draft }) => {
        writeFileSync(draft, 'half');
        throw new Error('cut off');
      },
    });
    await expect(runSteps([aStep('a'), cutOff], silent)).rejects.toThrow('cut off');
    expect(existsSync(join(folder, 'drafts', 'b'))).toBe(false);
    await runSteps([aStep('a'), aStep('b')], silent);
    expect(made).toEqual(['a', 'b']);
  });

  it('takes over what is there and equal, made by someone else', async () => {
    writeFileSync(join(folder, 'a'), '');
    await runSteps([aStep('a', { isEqual: async () => true })], silent);
    expect(made).toEqual([]);
  });

  it('does a step after those before it, and begins no other after a failure', async () => {
    const failing = aStep('b', {
      after: ['a'],
      make: async () => {
        throw new Error('no disk');
      },
    });
    await expect(runSteps([aStep('c', { after: ['b'] }), failing, aStep('a')], silent)).rejects.toThrow('no disk');
    expect(made).toEqual(['a']);
  });

  it('runs one computation at a time, and downloads beside it', async () => {
    let most = 0;
    let running = 0;
    const make = (/** @type {string} */ name) => async () => {
      running += 1;
      most = Math.max(most, running);
      await delay(30);
      running -= 1;
      writeFileSync(join(folder, name), '');
    };
    await runSteps(
      ['a', 'b', 'c'].map((name) => aStep(name, { lane: 'compute', make: make(name) })),
      silent,
    );
    expect(most).toBe(1);
    await runSteps([aStep('d', { lane: 'compute', make: make('d') }), aStep('e', { lane: 'network', make: make('e') })], silent);
    expect(most).toBe(2);
  });

  it('complains about a step that did not make what it promised', async () => {
    await expect(runSteps([aStep('a', { make: async () => {} })], silent)).rejects.toThrow(`a did not make ${join(folder, 'a')}`);
  });
});

/** @param {string} name @param {Partial<import('./step.mjs').Step>} [given] @returns {import('./step.mjs').Step} */
function aStep(name, given = {}) {
  const make = async () => {
    made.push(name);
    writeFileSync(join(folder, name), '');
  };
  return { name, title: name, after: [], lane: 'network', needs: [], inputs: () => [], outputs: () => [join(folder, name)], make, ...given };
}
