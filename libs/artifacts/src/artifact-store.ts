import { createReadStream } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { artifactTooLarge, folderEntryRefused } from './artifact.errors.js';
import { asDigest, type Digest } from './digest.js';
import { decodeManifest, encodeManifest, type FolderManifest, type ManifestFile, pathFault } from './manifest.js';

/** Bytes that are stored, by their digest. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** A folder that is stored: the digest of its manifest, and what its files come to. */
export interface StoredFolder {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly files: number;
}

/** Conditions under which bytes are stored; when one fails nothing is kept. */
export interface PutOptions {
  readonly expectedDigest?: Digest;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** A manifest is read into memory as a whole, so it is bounded: about 300,000 files. */
const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

/**
 * Bytes by their sha256. What is stored never changes, storing the same bytes again is free, and whatever is read is verified:
 * a reader of damaged bytes gets an error at the end of the stream, never silence.
 */
export abstract class ArtifactStore {
  /** Stores a stream's bytes; when it fails in the middle nothing is kept. */
  abstract put(bytes: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<StoredBlob>;

  /** Streams the bytes; throws `ARTIFACT_NOT_FOUND`, and after the last byte `ARTIFACT_CORRUPT` when they are not what was stored. */
  abstract read(digest: Digest): AsyncIterable<Buffer>;

  /** The size of what is stored; throws `ARTIFACT_NOT_FOUND`. */
  abstract stat(digest: Digest): Promise<StoredBlob>;

  /** Says whether something is stored under the digest. */
  abstract has(digest: Digest): Promise<boolean>;

  /** Places the verified bytes as a read-only file at a path that does not exist yet; its folder must exist. */
  abstract checkOutFile(digest: Digest, path: string): Promise<void>;

  /** Forgets the bytes; nothing happens when they are not there. Files that were checked out stay. */
  abstract remove(digest: Digest): Promise<void>;

  /** Places a stored folder's files as read-only files under a folder, which is made; refuses a folder that has files already. */
  abstract checkOutFolder(digest: Digest, dir: string): Promise<void>;

  /** Stores a file's bytes. */
  async putFile(path: string, options?: PutOptions): Promise<StoredBlob> {
    return this.put(createReadStream(path, { highWaterMark: 1024 * 1024 }), options);
  }

  /** Stores every file under a folder and then the manifest that lists them; refuses links and anything else that is no plain file. */
  async putFolder(dir: string): Promise<StoredFolder> {
    const files: ManifestFile[] = [];
    for (const path of (await plainFilesUnder(dir)).sort()) files.push({ path, ...(await this.putFile(join(dir, path))) });
    return this.putManifest(files);
  }

  /** Stores the manifest of a folder whose files are stored already, so that a folder can be put together without a disk; refuses a file that is missing. */
  async putListing(files: readonly ManifestFile[]): Promise<StoredFolder> {
    for (const { path, digest, sizeBytes } of files) {
      const fault = pathFault(path);
      if (fault !== null) throw folderEntryRefused(path, fault);
      const stored = await this.stat(digest);
      if (stored.sizeBytes !== sizeBytes) throw folderEntryRefused(path, `${digest} has ${stored.sizeBytes} bytes instead of ${sizeBytes}`);
    }
    return this.putManifest(files);
  }

  private async putManifest(files: readonly ManifestFile[]): Promise<StoredFolder> {
    const manifest = encodeManifest({ files });
    const { digest } = await this.put(asStream(manifest), { maxBytes: MAX_MANIFEST_BYTES });
    return { digest, sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0), files: files.length };
  }

  /** What a stored folder holds; throws `ARTIFACT_MANIFEST_INVALID` when the digest is not a folder's. */
  async readManifest(digest: Digest): Promise<FolderManifest> {
    const { sizeBytes } = await this.stat(digest);
    if (sizeBytes > MAX_MANIFEST_BYTES) throw artifactTooLarge(MAX_MANIFEST_BYTES);
    const parts: Buffer[] = [];
    for await (const part of this.read(asDigest(digest))) parts.push(part);
    return decodeManifest(digest, Buffer.concat(parts));
  }
}

async function* asStream(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function plainFilesUnder(root: string, below = ''): Promise<string[]> {
  if (below === '' && !(await lstat(root)).isDirectory()) throw folderEntryRefused(root, 'it is not a folder');
  const found: string[] = [];
  for await (const entry of await opendir(join(root, below))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    const fault = pathFault(path);
    if (fault !== null) throw folderEntryRefused(path, fault);
    if (entry.isDirectory()) found.push(...(await plainFilesUnder(root, path)));
    else if (entry.isFile()) found.push(path);
    else throw folderEntryRefused(path, entry.isSymbolicLink() ? 'it is a symbolic link' : 'it is neither a file nor a folder');
  }
  return found;
}
