import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AT, anAttempt } from '../jobs/job.fixture.js';
import { LocalProcessLauncher } from './local-process-launcher.js';
import { findMarked } from './process-table.js';

/** A runner that starts a child which does not mind being asked to end. */
const STUBBORN = `
const { spawn } = require('node:child_process');
const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { detached: true, stdio: 'ignore' });
console.log(JSON.stringify({ epoch: process.env.CONCH_ATTEMPT_EPOCH, secret: process.env.SECRET ?? null, token: process.env.TOKEN, child: child.pid }));
setInterval(() => {}, 1000);
`;

let dir: string;
let launcher: LocalProcessLauncher;
let exits: number;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conch-launcher-'));
  exits = 0;
  launcher = make();
});
afterEach(async () => {
  for (const attemptId of (await launcher.look()).keys()) await launcher.kill(attemptId);
  await rm(dir, { recursive: true, force: true });
});

function make(entry = join(dir, 'runner.cjs'), node = process.execPath): LocalProcessLauncher {
  const program = { node, entry, environment: { TOKEN: 't' }, stackId: dir, workDir: join(dir, 'work') };
  return new LocalProcessLauncher(program, 300, () => {
    exits += 1;
  });
}

async function until(claim: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await claim())) {
    if (Date.now() > deadline) throw new Error('it did not come true');
    await delay(20);
  }
}

const count = async (): Promise<number> => (await findMarked(dir)).length;

describe(LocalProcessLauncher.name, () => {
  it('starts a runner with its marks and nothing of its own environment, and keeps what it says', async () => {
    await writeFile(join(dir, 'runner.cjs'), STUBBORN);
    await launcher.launch(anAttempt({ epoch: 3 }));
    await until(async () => (await count()) === 2);
    expect(await launcher.look()).toEqual(new Map([['att_1', { hasRunner: true }]]));
    const said = (): Promise<string> => readFile(join(dir, 'work', 'runner-att_1.log'), 'utf8');
    // The child is there a moment before its parent tells of it.
    await until(async () => (await said()).endsWith('\n'));
    expect(JSON.parse(await said())).toMatchObject({ epoch: '3', secret: null, token: 't' });
  });

  it('ends the whole tree, also what took a session of its own and does not listen, and nothing else', async () => {
    await writeFile(join(dir, 'runner.cjs'), STUBBORN);
    await Promise.all([launcher.launch(anAttempt()), launcher.launch(anAttempt({ id: 'att_2' }))]);
    await until(async () => (await count()) === 4);
    const startedAt = Date.now();
    await launcher.kill('att_1');
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    expect([...(await launcher.look()).keys()]).toEqual(['att_2']);
    await until(() => launcher.endOf('att_1') !== null);
    expect(launcher.endOf('att_1')).toBe('signal SIGTERM');
  });

  it('learns how a runner ended', async () => {
    await writeFile(join(dir, 'runner.cjs'), 'process.exit(7)');
    await launcher.launch(anAttempt());
    await until(() => exits === 1);
    expect(launcher.endOf('att_1')).toBe('exit code 7');
    expect(await launcher.look()).toEqual(new Map());
  });

  it('finds the runners of a process before it, and tells when only what they started is left', async () => {
    await writeFile(join(dir, 'runner.cjs'), STUBBORN);
    await make().launch(anAttempt());
    await until(async () => (await count()) === 2);
    const after = make();
    expect(await after.look()).toEqual(new Map([['att_1', { hasRunner: true }]]));
    const runner = (await findMarked(dir)).find(({ command }) => command[1] === join(dir, 'runner.cjs'));
    process.kill(runner?.pid ?? 0, 'SIGKILL');
    await until(async () => (await after.look()).get('att_1')?.hasRunner === false);
    expect(after.endOf('att_1')).toBeNull();
    await after.kill('att_1');
    expect(await count()).toBe(0);
  });

  it('does not see the attempts of another stack', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      env: { CONCH_STACK_ID: `${dir}/other`, CONCH_ATTEMPT_ID: 'att_9', CONCH_PROCESS: 'runner' },
      stdio: 'ignore',
    });
    await until(async () => (await findMarked(`${dir}/other`)).length === 1);
    expect(await launcher.look()).toEqual(new Map());
    stranger.kill('SIGKILL');
  });

  it('gives up on processes that cannot be ended, and names them', async () => {
    await writeFile(join(dir, 'runner.cjs'), 'setInterval(() => {}, 1000)');
    await launcher.launch(anAttempt());
    await until(async () => (await count()) === 1);
    const [runner] = await findMarked(dir);
    const kill = jest.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
    });
    try {
      const program = { node: process.execPath, entry: '', environment: {}, stackId: dir, workDir: dir };
      await expect(new LocalProcessLauncher(program, 50, () => undefined, 100).kill('att_1')).rejects.toMatchObject({
        code: 'PROCESSES_LEFT',
        message: expect.stringMatching(new RegExp(`kill EPERM: ${runner?.pid} \\(.*runner\\.cjs\\)`)),
      });
    } finally {
      kill.mockRestore();
    }
  });

  it('says why a runner cannot be started', async () => {
    await expect(make('x', join(dir, 'no-node')).launch(anAttempt({ createdAt: AT }))).rejects.toMatchObject({
      code: 'LAUNCH_FAILED',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
