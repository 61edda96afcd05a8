import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../training/fake-training.fixture.js';
import { followLines } from './follow-lines.js';

let folder: string;
let path: string;
let endWriter: () => void;
let seen: string[];
let following: Promise<void>;

function follow(): void {
  const ended = new Promise<void>((resolve) => {
    endWriter = resolve;
  });
  following = (async () => {
    for await (const line of followLines(path, { ended, pollMs: 5 })) seen.push(line);
  })();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conch-follow-'));
  path = join(folder, 'events.jsonl');
  seen = [];
  follow();
});

afterEach(async () => {
  endWriter();
  await following;
  await rm(folder, { recursive: true, force: true });
});

describe(followLines, () => {
  it('waits for a file that is not there yet, and gives its lines as they come', async () => {
    await writeFile(path, 'one\ntwo\n');
    await until(() => seen.length === 2);
    await appendFile(path, 'three\n');
    await until(() => seen.length === 3);
    expect(seen).toEqual(['one', 'two', 'three']);
  });

  it('holds a line back until it is whole, even when a character is cut in the middle', async () => {
    const bytes = Buffer.from('{"说":"海螺"}\n');
    await writeFile(path, bytes.subarray(0, 4));
    await appendFile(path, bytes.subarray(4, 9));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seen).toEqual([]);
    await appendFile(path, bytes.subarray(9));
    await until(() => seen.length === 1);
    expect(seen).toEqual(['{"说":"海螺"}']);
  });

  it('reads from the beginning when the file became shorter', async () => {
    await writeFile(path, 'old line\nanother old line\n');
    await until(() => seen.length === 2);
    await truncate(path, 0);
    await appendFile(path, 'new\n');
    await until(() => seen.length === 3);
    expect(seen[2]).toBe('new');
  });

  it('reads from the beginning when the file was replaced by a longer one', async () => {
    await writeFile(path, 'old\n');
    await until(() => seen.length === 1);
    await writeFile(`${path}.new`, 'first of the new file\nsecond\n');
    await rename(`${path}.new`, path);
    await until(() => seen.length === 3);
    expect(seen).toEqual(['old', 'first of the new file', 'second']);
  });

  it('gives what the writer left when it ended, its unfinished last line too', async () => {
    await writeFile(path, 'whole\ncut o');
    endWriter();
    await following;
    expect(seen).toEqual(['whole', 'cut o']);
  });

  it('ends without a line when the writer never made the file', async () => {
    endWriter();
    await following;
    expect(seen).toEqual([]);
  });

  it('gives many more lines than one read takes', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} of a long file`);
    await writeFile(path, `${lines.join('\n')}\n`);
    endWriter();
    await following;
    expect(seen).toEqual(lines);
  });
});
