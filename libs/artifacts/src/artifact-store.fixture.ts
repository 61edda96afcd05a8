import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ArtifactStore } from './artifact-store.js';
import type { Digest } from './digest.js';

/** A store under test, and the ways in which a test harms it. */
export interface StoreUnderTest {
  readonly store: ArtifactStore;
  /** Changes a byte of what is stored, behind the store's back. */
  corrupt(digest: Digest): Promise<void>;
  /** How many blobs, finished or not, take up room. */
  blobs(): Promise<number>;
}

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export async function* inChunks(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* breakingAfter(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
  throw new Error('the sender went away');
}

async function collect(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

/** Writes files, given by their path, under a new folder. */
export async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

/** What every artifact store promises; each adapter's spec puts itself under it. */
export function describeArtifactStore(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let store: ArtifactStore;
    let subject: StoreUnderTest;
    let dir: string;

    beforeEach(async () => {
      subject = await make();
      store = subject.store;
      dir = await mkdtemp(join(tmpdir(), 'conch-artifacts-out-'));
    });
    afterEach(() => rm(dir, { recursive: true, force: true }));

    it('gives back what was put, under its sha256, however it was cut', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 8 }), async (chunks) => {
          const whole = Buffer.concat(chunks);
          const stored = await store.put(inChunks(...chunks));
          expect(stored).toEqual({ digest: digestOf(whole), sizeBytes: whole.length });
          expect((await collect(store.read(stored.digest))).equals(whole)).toBe(true);
        }),
        { numRuns: 25 },
      );
    });

    it('stores the same bytes once, also when they come at the same time', async () => {
      const bytes = randomBytes(100_000);
      const stored = await Promise.all(Array.from({ length: 5 }, () => store.put(inChunks(bytes))));
      expect(new Set(stored.map((blob) => blob.digest))).toEqual(new Set([digestOf(bytes)]));
      expect(await subject.blobs()).toBe(1);
    });

    it('says what is there and what is not', async () => {
      const { digest } = await store.put(inChunks(Buffer.from('shell')));
      const other = digestOf(Buffer.from('none'));
      expect(await store.has(digest)).toBe(true);
      expect(await store.stat(digest)).toEqual({ digest, sizeBytes: 5 });
      expect(await store.has(other)).toBe(false);
      await expect(store.stat(other)).rejects.toMatchObject({ kind: 'not_found', code: 'ARTIFACT_NOT_FOUND' });
      await expect(collect(store.read(other))).rejects.toMatchObject({ kind: 'not_found' });
      await expect(store.checkOutFile(other, join(dir, 'x'))).rejects.toMatchObject({ kind: 'not_found' });
    });

    it('keeps nothing of a stream that breaks, is too large, is not what was announced, or is given up', async () => {
      const bytes = Buffer.from('pearl');
      await expect(store.put(breakingAfter(bytes))).rejects.toThrow('the sender went away');
      await expect(store.put(inChunks(bytes, bytes), { maxBytes: 9 })).rejects.toMatchObject({ kind: 'too_large' });
      await expect(store.put(inChunks(bytes), { expectedDigest: digestOf(Buffer.from('x')) })).rejects.toMatchObject({ code: 'ARTIFACT_DIGEST_MISMATCH' });
      await expect(store.put(inChunks(bytes), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
      expect(await store.has(digestOf(bytes))).toBe(false);
      expect(await subject.blobs()).toBe(0);
    });

    it('notices damaged bytes when they are read or checked out, and is mended by storing them again', async () => {
      const bytes = randomBytes(3_000_000);
      const { digest } = await store.put(inChunks(bytes));
      await subject.corrupt(digest);
      await expect(collect(store.read(digest))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
      await expect(store.checkOutFile(digest, join(dir, 'x'))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
      expect(await readdir(dir)).toEqual([]);
      await store.put(inChunks(bytes));
      expect((await collect(store.read(digest))).equals(bytes)).toBe(true);
    });

    it.each(['sha256:../../etc/passwd', 'sha256:ABC', 'md5:0', ''])('refuses "%s" as a digest', async (text) => {
      await expect(collect(store.read(text as Digest))).rejects.toMatchObject({ kind: 'invalid', param: 'digest' });
    });

    it('forgets what is removed, and does not mind removing it twice', async () => {
      const { digest } = await store.put(inChunks(Buffer.from('shell')));
      await store.remove(digest);
      await store.remove(digest);
      expect(await store.has(digest)).toBe(false);
    });

    it('checks a file out read-only and survives its removal', async () => {
      const { digest } = await store.put(inChunks(Buffer.from('shell')));
      const path = join(dir, 'out');
      await store.checkOutFile(digest, path);
      expect((await stat(path)).mode & 0o777).toBe(0o444);
      await store.remove(digest);
      expect(await readFile(path, 'utf8')).toBe('shell');
    });

    it('gives equal folders equal digests, whatever the order in which they were written', async () => {
      const files = { 'b.txt': '2', 'a/z.txt': '1', 'a.txt': '3' };
      const one = await store.putFolder(await writeFiles(join(dir, 'one'), files));
      const two = await store.putFolder(await writeFiles(join(dir, 'two'), Object.fromEntries(Object.entries(files).reverse())));
      expect(two).toEqual(one);
      expect(one).toMatchObject({ files: 3, sizeBytes: 3 });
      expect((await store.readManifest(one.digest)).files.map((file) => file.path)).toEqual(['a.txt', 'a/z.txt', 'b.txt']);
      const other = await store.putFolder(await writeFiles(join(dir, 'three'), { ...files, 'b.txt': '4' }));
      expect(other.digest).not.toBe(one.digest);
    });

    it('checks out a folder as it was stored, into a new or empty folder only', async () => {
      const files = { 'model/weights.bin': 'w', 'config.json': '{}', '中文.txt': '海螺' };
      const { digest } = await store.putFolder(await writeFiles(join(dir, 'in'), files));
      await store.checkOutFolder(digest, join(dir, 'out'));
      for (const [path, text] of Object.entries(files)) expect(await readFile(join(dir, 'out', path), 'utf8')).toBe(text);
      await expect(store.checkOutFolder(digest, join(dir, 'out'))).rejects.toMatchObject({ kind: 'conflict', code: 'ARTIFACT_TARGET_NOT_EMPTY' });
    });

    it('refuses a folder with links in it and names the link', async () => {
      const source = await writeFiles(join(dir, 'in'), { 'a.txt': '1' });
      await link(join(source, 'a.txt'), join(source, 'hard.txt'));
      await symlink('/etc/passwd', join(source, 'soft.txt'));
      await expect(store.putFolder(source)).rejects.toMatchObject({ kind: 'invalid', facts: { path: 'soft.txt' } });
      await symlink(source, join(dir, 'linked'));
      await expect(store.putFolder(join(dir, 'linked'))).rejects.toMatchObject({ kind: 'invalid' });
    });

    it.each(['../x', '/etc/x', 'a/../../x', 'a//b', './a', 'a\\b', ''])('refuses a manifest with the path "%s"', async (path) => {
      const blob = await store.put(inChunks(Buffer.from('x')));
      const manifest = Buffer.from(JSON.stringify({ conch: 'folder/1', files: [{ path, ...blob }] }));
      const { digest } = await store.put(inChunks(manifest));
      await expect(store.checkOutFolder(digest, join(dir, 'out'))).rejects.toMatchObject({ code: 'ARTIFACT_MANIFEST_INVALID' });
    });

    it('refuses a manifest in which a path is there twice, or is a file and a folder', async () => {
      const blob = await store.put(inChunks(Buffer.from('x')));
      for (const paths of [
        ['a', 'a'],
        ['a', 'a/b'],
      ]) {
        const files = paths.map((path) => ({ path, ...blob }));
        const { digest } = await store.put(inChunks(Buffer.from(JSON.stringify({ conch: 'folder/1', files }))));
        await expect(store.readManifest(digest)).rejects.toMatchObject({ code: 'ARTIFACT_MANIFEST_INVALID' });
      }
    });

    it('says that a plain file is no folder', async () => {
      const { digest } = await store.put(inChunks(Buffer.from('no manifest')));
      await expect(store.readManifest(digest)).rejects.toMatchObject({ code: 'ARTIFACT_MANIFEST_INVALID' });
    });
  });
}
