import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { livingProcesses, supervisorPid } from '../stack/processes.js';
import { ROOT, eventually } from '../stack/running-stack.js';

const run = promisify(execFile);
const script = (name: string, stateDir: string): Promise<{ stdout: string }> =>
  run('node', [join(ROOT, 'deploy', 'local', name), '--state', stateDir], { cwd: ROOT });

describe('kill -9 of the supervisor', () => {
  it('leaves processes that the next start takes over or clears, and that the next stop ends', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'conch-faults-'));
    try {
      await script('up.mjs', stateDir);
      const first = livingProcesses(stateDir).map(({ pid }) => pid);
      expect(first.length).toBeGreaterThan(8);
      process.kill(supervisorPid(stateDir) ?? 0, 'SIGKILL');
      await script('up.mjs', stateDir);
      const second = livingProcesses(stateDir);
      expect(second.filter(({ pid }) => first.includes(pid))).toEqual([]);
      expect(new Set(second.map(({ name }) => name)).size).toBeGreaterThanOrEqual(9);
      process.kill(supervisorPid(stateDir) ?? 0, 'SIGKILL');
      await script('down.mjs', stateDir);
      expect(livingProcesses(stateDir)).toEqual([]);
    } finally {
      await script('down.mjs', stateDir);
      await eventually('a state folder without processes', 10_000, async () => (livingProcesses(stateDir).length === 0 ? true : null));
      await rm(stateDir, { recursive: true, force: true });
    }
  });
});
