import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refusal } from '@conch/errors';
import { artifactCorrupt, artifactMissing, artifactTooLarge, digestMismatch } from './artifact.errors.js';
import { ArtifactStore, type PutOptions, type StoredBlob } from './artifact-store.js';
import { asDigest, type Digest, hexOf } from './digest.js';

const READ_BYTES = 1024 * 1024;
const READ_ONLY = 0o444;
/** Other processes write to the same folder; one that has not written to its file for so long is gone. */
const LEFT_BEHIND_AFTER_MS = 24 * 60 * 60 * 1_000;

function codeOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

/** Makes a folder's entries survive a loss of power: a rename or link is only stored once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * The artifact store in a local folder: `sha256/ab/abcd…`, one read-only file a digest. A blob is written to `tmp`, synced, and
 * renamed into place, so that a file under `sha256` is always whole; what a crash leaves lies in `tmp` only.
 */
export class FolderArtifactStore extends ArtifactStore {
  constructor(private readonly root: string) {
    super();
  }

  /** Opens the store of a process that runs long, and removes what crashes left unfinished in it. */
  static async open(root: string): Promise<FolderArtifactStore> {
    await sweep(join(root, 'tmp'));
    return new FolderArtifactStore(root);
  }

  override async put(bytes: AsyncIterable<Uint8Array>, options: PutOptions = {}): Promise<StoredBlob> {
    const tmp = join(this.root, 'tmp', randomUUID());
    await mkdir(dirname(tmp), { recursive: true });
    try {
      const handle = await open(tmp, 'wx', READ_ONLY);
      let blob: StoredBlob;
      try {
        blob = await receive(bytes, handle, options);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.keep(tmp, blob.digest);
      return blob;
    } finally {
      await rm(tmp, { force: true });
    }
  }

  override async *read(digest: Digest): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    try {
      for await (const bytes of createReadStream(this.pathOf(digest), { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>) {
        hash.update(bytes);
        yield bytes;
      }
    } catch (thrown) {
      throw codeOf(thrown) === 'ENOENT' ? artifactMissing(digest, thrown) : thrown;
    }
    const found = `sha256:${hash.digest('hex')}`;
    if (found !== digest) throw artifactCorrupt(digest, found);
  }

  override async stat(digest: Digest): Promise<StoredBlob> {
    try {
      const { size } = await stat(this.pathOf(digest));
      return { digest, sizeBytes: size };
    } catch (thrown) {
      throw codeOf(thrown) === 'ENOENT' ? artifactMissing(digest, thrown) : thrown;
    }
  }

  override async has(digest: Digest): Promise<boolean> {
    try {
      await this.stat(digest);
      return true;
    } catch (thrown) {
      if (thrown instanceof Refusal && thrown.code === 'ARTIFACT_NOT_FOUND') return false;
      throw thrown;
    }
  }

  override async remove(digest: Digest): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
  }

  override async checkOutFile(digest: Digest, path: string): Promise<void> {
    await this.verify(digest);
    try {
      await link(this.pathOf(digest), path);
    } catch (thrown) {
      const code = codeOf(thrown);
      if (code === 'ENOENT' && !(await this.has(digest))) throw artifactMissing(digest, thrown);
      // Another device, a file system without hard links, or too many links to one file: the bytes are copied instead.
      if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'].includes(code)) throw thrown;
      await this.copyOut(digest, path);
    }
  }

  override async checkOutFolder(digest: Digest, dir: string): Promise<void> {
    const { files } = await this.readManifest(digest);
    await mkdir(dir, { recursive: true });
    if ((await readdir(dir)).length > 0) {
      throw new Refusal('conflict', 'ARTIFACT_TARGET_NOT_EMPTY', `${dir} is not empty; a folder can only be checked out into a new or empty one`, {
        facts: { dir },
      });
    }
    for (const file of files) {
      const path = join(dir, file.path);
      await mkdir(dirname(path), { recursive: true });
      await this.checkOutFile(file.digest, path);
    }
  }

  private pathOf(digest: Digest): string {
    const hex = hexOf(asDigest(digest));
    return join(this.root, 'sha256', hex.slice(0, 2), hex);
  }

  /** Moves a finished file to its place; one that is there already has the same digest and is replaced, which also mends a damaged one. */
  private async keep(tmp: string, digest: Digest): Promise<void> {
    const path = this.pathOf(digest);
    const folder = dirname(path);
    const isNewFolder = (await mkdir(folder, { recursive: true })) !== undefined;
    await rename(tmp, path);
    await syncFolder(folder);
    if (!isNewFolder) return;
    await syncFolder(dirname(folder));
    await syncFolder(this.root);
  }

  private async verify(digest: Digest): Promise<void> {
    for await (const chunk of this.read(digest)) void chunk;
  }

  private async copyOut(digest: Digest, path: string): Promise<void> {
    const handle = await open(path, 'wx', READ_ONLY);
    try {
      await receive(this.read(digest), handle, { expectedDigest: digest });
      await handle.sync();
    } catch (thrown) {
      await rm(path, { force: true });
      throw thrown;
    } finally {
      await handle.close();
    }
  }
}

async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(ignoreMissing);
  for (const name of names ?? []) {
    const path = join(folder, name);
    const found = await stat(path).catch(ignoreMissing);
    if (found?.isFile() === true && Date.now() - found.mtimeMs > LEFT_BEHIND_AFTER_MS) await rm(path, { force: true });
  }
}

function ignoreMissing(thrown: unknown): undefined {
  if (codeOf(thrown) !== 'ENOENT') throw thrown;
}

async function receive(bytes: AsyncIterable<Uint8Array>, handle: FileHandle, options: PutOptions): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  options.signal?.throwIfAborted();
  for await (const chunk of bytes) {
    options.signal?.throwIfAborted();
    sizeBytes += chunk.byteLength;
    if (options.maxBytes !== undefined && sizeBytes > options.maxBytes) throw artifactTooLarge(options.maxBytes);
    hash.update(chunk);
    await handle.writeFile(chunk);
  }
  options.signal?.throwIfAborted();
  const digest: Digest = `sha256:${hash.digest('hex')}`;
  if (options.expectedDigest !== undefined && options.expectedDigest !== digest) throw digestMismatch(options.expectedDigest, digest);
  return { digest, sizeBytes };
}
