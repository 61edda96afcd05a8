import { manifestInvalid } from './artifact.errors.js';
import { type Digest, isDigest } from './digest.js';

/** One file of a stored folder; the path is relative, with forward slashes. */
export interface ManifestFile {
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** What a stored folder holds, sorted by path; empty folders are not kept. */
export interface FolderManifest {
  readonly files: readonly ManifestFile[];
}

/** Says what is wrong with a path for a file inside a stored folder; null when it is fine. */
export function pathFault(path: string): string | null {
  if (path === '') return 'the path is empty';
  if (path.includes('\0')) return 'the path holds a zero byte';
  if (path.includes('\\')) return 'the path holds a backslash';
  if (path.startsWith('/')) return 'the path is absolute';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) return 'the path leaves the folder or is not in its shortest form';
  return null;
}

/** The manifest's only spelling, so that equal folders have equal digests: sorted by code units, keys in a fixed order. */
export function encodeManifest(manifest: FolderManifest): Buffer {
  const files = [...manifest.files]
    .sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0))
    .map(({ path, digest, sizeBytes }) => ({ path, digest, sizeBytes }));
  return Buffer.from(JSON.stringify({ conch: 'folder/1', files }), 'utf8');
}

/** Reads a manifest and checks all of it: its form, its paths, and that no path is there twice or both a file and a folder. */
export function decodeManifest(digest: Digest, bytes: Buffer): FolderManifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw manifestInvalid(digest, 'it is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || !('conch' in parsed) || parsed.conch !== 'folder/1') {
    throw manifestInvalid(digest, 'it does not say conch: folder/1');
  }
  if (!('files' in parsed) || !Array.isArray(parsed.files)) throw manifestInvalid(digest, 'it lists no files');
  const files = parsed.files.map((file: unknown, index) => readFile(digest, file, index));
  const paths = new Set<string>();
  for (const { path } of files) {
    if (paths.has(path)) throw manifestInvalid(digest, `the path ${path} is there twice`);
    paths.add(path);
  }
  for (const path of paths) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      if (paths.has(path.slice(0, cut))) throw manifestInvalid(digest, `${path.slice(0, cut)} is both a file and a folder`);
    }
  }
  return { files };
}

function readFile(digest: Digest, file: unknown, index: number): ManifestFile {
  if (typeof file !== 'object' || file === null) throw manifestInvalid(digest, `files[${index}] is not an object`);
  const entry: Partial<Record<'path' | 'digest' | 'sizeBytes', unknown>> = file;
  if (typeof entry.path !== 'string') throw manifestInvalid(digest, `files[${index}].path is not a text`);
  const fault = pathFault(entry.path);
  if (fault !== null) throw manifestInvalid(digest, `files[${index}].path: ${fault}`);
  if (typeof entry.digest !== 'string' || !isDigest(entry.digest)) throw manifestInvalid(digest, `files[${index}].digest is not a digest`);
  if (typeof entry.sizeBytes !== 'number' || !Number.isSafeInteger(entry.sizeBytes) || entry.sizeBytes < 0) {
    throw manifestInvalid(digest, `files[${index}].sizeBytes is not a size`);
  }
  return { path: entry.path, digest: entry.digest, sizeBytes: entry.sizeBytes };
}
