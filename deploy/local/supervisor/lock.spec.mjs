import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTimeOf } from './leftovers.mjs';
import { LockTaken, holderOf, takeLock } from './lock.mjs';

describe(takeLock.name, () => {
  let folder = '';
  let path = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'conch-lock-'));
    path = join(folder, 'a.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses what a living process holds, and says which', () => {
    takeLock(path);
    expect(() => takeLock(path)).toThrow(LockTaken);
    expect(() => takeLock(path)).toThrow(`is held by process ${process.pid}`);
  });

  it('gives it again once it was released', () => {
    takeLock(path).release();
    expect(holderOf(path)).toBeNull();
    takeLock(path).release();
  });

  it('takes it from a process that is gone', () => {
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' }));
    takeLock(path);
    expect(holderOf(path)?.pid).toBe(process.pid);
  });

  it('takes it from a process whose pid belongs to another one by now', () => {
    writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: `${startTimeOf(process.pid)}0` }));
    takeLock(path).release();
  });

  it('leaves no drafts behind', () => {
    takeLock(path);
    expect(() => takeLock(path)).toThrow(LockTaken);
    expect(readdirSync(folder)).toEqual(['a.lock']);
  });

  it('has one winner among processes that want it at once, a lost one lying there', async () => {
    writeFileSync(path, JSON.stringify({ pid: 2 ** 22 + 1, startTime: '1' }));
    const script = `
      import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.mjs'))};
      try { takeLock(${JSON.stringify(path)}); console.log('mine'); await new Promise((resolve) => setTimeout(resolve, 3_000)); } catch { console.log('taken'); }`;
    const words = await Promise.all(Array.from({ length: 4 }, () => firstWord(script)));
    expect(words.filter((word) => word === 'mine')).toHaveLength(1);
    expect(words.filter((word) => word === 'taken')).toHaveLength(3);
  });
});

/** @param {string} script @returns {Promise<string>} */
function firstWord(script) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  return new Promise((resolve) => child.once('close', () => resolve(output.trim())));
}
