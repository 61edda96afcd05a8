import { chmod, mkdtemp, open, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { describeArtifactStore, digestOf, inChunks, type StoreUnderTest } from './artifact-store.fixture.js';
import type { Digest } from './digest.js';
import { FolderArtifactStore } from './folder-artifact-store.js';

const roots: string[] = [];

async function makeRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'conch-artifacts-'));
  roots.push(root);
  return root;
}

function pathOf(root: string, digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return join(root, 'sha256', hex.slice(0, 2), hex);
}

async function makeStore(): Promise<StoreUnderTest> {
  const root = await makeRoot();
  return {
    store: new FolderArtifactStore(root),
    corrupt: async (digest) => {
      const path = pathOf(root, digest);
      await chmod(path, 0o644);
      const handle = await open(path, 'r+');
      await handle.write(Buffer.from([1, 2, 3, 4]), 0, 4, 1_000);
      await handle.close();
    },
    blobs: async () => {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).length;
    },
  };
}

afterAll(() => Promise.all(roots.map((root) => rm(root, { recursive: true, force: true }))));

describeArtifactStore(FolderArtifactStore.name, makeStore);

describe(FolderArtifactStore.name, () => {
  it('checks out by hard link, so that it costs no room', async () => {
    const root = await makeRoot();
    const store = new FolderArtifactStore(root);
    const { digest } = await store.put(inChunks(Buffer.from('shell')));
    const out = join(root, 'out');
    await store.checkOutFile(digest, out);
    expect((await stat(out)).ino).toBe((await stat(pathOf(root, digest))).ino);
  });

  it('copies to another file system, read-only as well', async () => {
    const shm = await mkdtemp('/dev/shm/conch-artifacts-').catch(() => null);
    const root = await makeRoot();
    if (shm === null || (await stat(shm)).dev === (await stat(root)).dev) {
      process.stderr.write('skipped: there is no second file system at /dev/shm to copy to\n');
      return;
    }
    roots.push(shm);
    const store = new FolderArtifactStore(root);
    const { digest } = await store.put(inChunks(Buffer.from('shell')));
    await store.checkOutFile(digest, join(shm, 'out'));
    expect((await stat(join(shm, 'out'))).mode & 0o777).toBe(0o444);
    await expect(store.checkOutFile(digest, join(shm, 'out'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('removes what a crash left unfinished a day ago when it is opened, and nothing that is still written', async () => {
    const root = await makeRoot();
    const { digest } = await (await FolderArtifactStore.open(root)).put(inChunks(Buffer.from('whole')));
    const dayAgo = new Date(Date.now() - 25 * 60 * 60 * 1_000);
    await writeFile(join(root, 'tmp', 'left-by-a-crash'), 'hal');
    await utimes(join(root, 'tmp', 'left-by-a-crash'), dayAgo, dayAgo);
    await writeFile(join(root, 'tmp', 'still-written'), 'hal');
    await utimes(pathOf(root, digest), dayAgo, dayAgo);
    const store = await FolderArtifactStore.open(root);
    expect(await readdir(join(root, 'tmp'))).toEqual(['still-written']);
    expect(await store.has(digest)).toBe(true);
  });

  it('never takes what a crash left unfinished for a stored blob', async () => {
    const root = await makeRoot();
    const store = new FolderArtifactStore(root);
    const { digest } = await store.put(inChunks(Buffer.from('whole')));
    await writeFile(join(root, 'tmp', 'left-by-a-crash'), 'hal');
    expect(await store.has(digestOf(Buffer.from('hal')))).toBe(false);
    expect(await store.has(digest)).toBe(true);
  });
});
