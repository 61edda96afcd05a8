import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clearLeftovers, findProcesses, signal } from './leftovers.mjs';
import { ManagedProcess } from './managed-process.mjs';

describe(ManagedProcess.name, () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conch-managed-'));
  });
  afterEach(async () => {
    await clearLeftovers(folder, { graceMs: 0 });
    rmSync(folder, { recursive: true, force: true });
  });

  it('is healthy once its check passes, and carries the marks of its stack', async () => {
    const managed = aProcess('touch up; exec sleep 1000');
    await managed.start();
    expect(managed.isHealthy).toBe(true);
    expect(findProcesses(folder, 'one')).toEqual([managed.pid]);
    await managed.stop();
  });

  it('starts it again when it is killed', async () => {
    const managed = aProcess('touch up; exec sleep 1000');
    await managed.start();
    const first = managed.pid;
    signal(first ?? 0, 'SIGKILL');
    await until(() => managed.pid !== null && managed.pid !== first);
    expect(managed.restarts).toBe(1);
    expect(managed.lastExit).toContain('SIGKILL');
    await managed.stop();
  });

  it('clears what a killed process left running before it starts it again', async () => {
    const managed = aProcess('touch up; sleep 1000 & echo $! >> children; wait');
    await managed.start();
    await until(() => existsSync(join(folder, 'children')));
    signal(managed.pid ?? 0, 'SIGKILL');
    await until(() => childrenOf().length === 2);
    expect(findProcesses(folder)).not.toContain(childrenOf()[0]);
    await managed.stop();
  });

  it('leaves nothing when it is stopped, though it does not listen', async () => {
    const managed = aProcess("trap '' TERM; touch up; sleep 1000 & while :; do sleep 0.1; done", { graceMs: 200 });
    await managed.start();
    await managed.stop();
    expect(findProcesses(folder)).toEqual([]);
  });

  it('gives up on a process that only ends, with what it said', async () => {
    const managed = aProcess('echo the disk is full; exit 7');
    await expect(managed.start()).rejects.toThrow(/exit code 7[\s\S]*the disk is full/);
    await managed.stop();
  }, 30_000);

  it('says what could not be prepared', async () => {
    const prepare = async () => {
      throw new Error('no such folder');
    };
    const managed = aProcess('exec sleep 1000', { prepare, startTimeoutMs: 500 });
    await expect(managed.start()).rejects.toThrow('no such folder');
    await managed.stop();
  });

  it('keeps its output in its log', async () => {
    const managed = aProcess('echo to the output; echo to the errors >&2; touch up; exec sleep 1000');
    await managed.start();
    await managed.stop();
    expect(readFileSync(join(folder, 'one.log'), 'utf8').split('\n')).toEqual(expect.arrayContaining(['to the output', 'to the errors']));
  });

  /** @param {string} script @param {Partial<import('./managed-process.mjs').ProcessSpec>} [given] */
  function aProcess(script, given = {}) {
    const check = async () => {
      if (!existsSync(join(folder, 'up'))) throw new Error('it is not up');
    };
    const spec = {
      name: 'one',
      command: '/bin/sh',
      args: ['-c', script],
      env: { PATH: '/usr/bin:/bin' },
      cwd: folder,
      check,
      graceMs: 5_000,
      startTimeoutMs: 20_000,
      ...given,
    };
    return new ManagedProcess({ stopSignal: 'SIGTERM', ...spec }, { stackId: folder, logFile: join(folder, 'one.log'), echo: null, changed: () => {} });
  }

  /** @returns {number[]} */
  function childrenOf() {
    return readFileSync(join(folder, 'children'), 'utf8').trim().split('\n').map(Number);
  }
});

/** @param {() => boolean} holds */
async function until(holds) {
  const giveUpAt = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > giveUpAt) throw new Error(`it did not come to hold: ${holds}`);
    await delay(20);
  }
}
