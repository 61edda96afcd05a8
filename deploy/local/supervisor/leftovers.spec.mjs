import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { clearLeftovers, findProcesses, signal, startTimeOf } from './leftovers.mjs';

/** @type {import('node:child_process').ChildProcess[]} */
const children = [];
let stacks = 0;

afterEach(() => {
  for (const child of children.splice(0)) if (child.pid !== undefined) signal(child.pid, 'SIGKILL');
});

describe(findProcesses.name, () => {
  it('finds the processes of one stack by their marks, and not those of another', async () => {
    const [mine, other] = [aStack(), aStack()];
    const first = await marked(mine, 'alpha');
    const second = await marked(mine, 'beta');
    await marked(other, 'alpha');
    expect(findProcesses(mine).sort(byNumber)).toEqual([first, second].sort(byNumber));
    expect(findProcesses(mine, 'beta')).toEqual([second]);
  });

  it('does not count a process that has ended', async () => {
    const stack = aStack();
    signal(await marked(stack, 'alpha'), 'SIGKILL');
    await gone(stack);
    expect(findProcesses(stack)).toEqual([]);
  });
});

describe(clearLeftovers.name, () => {
  it('ends what it finds, also what does not listen and what a process left behind', async () => {
    const stack = aStack();
    await marked(stack, 'deaf', "trap '' TERM INT; while :; do sleep 0.1; done");
    await marked(stack, 'parent', 'sleep 1000 & echo; wait');
    expect(await clearLeftovers(stack, { graceMs: 200 })).toBeGreaterThanOrEqual(3);
    expect(findProcesses(stack)).toEqual([]);
  });

  it('leaves the stack’s other processes alone when it is asked for one', async () => {
    const stack = aStack();
    const kept = await marked(stack, 'kept');
    await marked(stack, 'cleared');
    await clearLeftovers(stack, { name: 'cleared', graceMs: 0 });
    expect(findProcesses(stack)).toEqual([kept]);
  });

  it('says that there was nothing', async () => {
    expect(await clearLeftovers(aStack())).toBe(0);
  });
});

describe(startTimeOf.name, () => {
  it('is null for a pid that nobody has', () => {
    expect(startTimeOf(2 ** 22 + 1)).toBeNull();
  });

  it('stays the same while a process lives', () => {
    expect(startTimeOf(process.pid)).toBe(startTimeOf(process.pid));
    expect(startTimeOf(process.pid)).not.toBeNull();
  });
});

function aStack() {
  stacks += 1;
  return `/nowhere/leftovers-${process.pid}-${stacks}`;
}

/** @param {string} stackId @param {string} name @param {string} [script] @returns {Promise<number>} */
async function marked(stackId, name, script = 'exec sleep 1000') {
  const env = { PATH: '/usr/bin:/bin', CONCH_STACK_ID: stackId, CONCH_PROCESS: name };
  const child = spawn('/bin/sh', ['-c', `echo; ${script}`], { env, stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  children.push(child);
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child.pid ?? 0;
}

/** @param {string} stackId */
async function gone(stackId) {
  for (let look = 0; look < 100 && findProcesses(stackId).length > 0; look += 1) await delay(20);
}

/** @param {number} a @param {number} b */
function byNumber(a, b) {
  return a - b;
}
