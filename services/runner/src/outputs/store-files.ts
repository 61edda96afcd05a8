import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '@conch/artifacts';
import { type Artifact, ArtifactForm } from '@conch/contracts/common';

/** A file of a folder that is to be stored: its path in there, and where its bytes are now. */
export interface FileToStore {
  readonly path: string;
  readonly file: string;
}

/** Stores files as one folder, wherever they lie; stops between and inside files when the signal aborts. */
export async function storeFiles(store: ArtifactStore, files: readonly FileToStore[], signal: AbortSignal): Promise<Artifact> {
  const stored = [];
  for (const { path, file } of files) stored.push({ path, ...(await store.putFile(file, { signal })) });
  const { digest, sizeBytes } = await store.putListing(stored);
  return { digest, sizeBytes, form: ArtifactForm.ARTIFACT_FORM_FOLDER };
}

/** Stores one file. */
export async function storeFile(store: ArtifactStore, path: string, signal: AbortSignal): Promise<Artifact> {
  const { digest, sizeBytes } = await store.putFile(path, { signal });
  return { digest, sizeBytes, form: ArtifactForm.ARTIFACT_FORM_FILE };
}

/** The plain files directly in a folder; a model's folder has no others. */
export async function filesOf(folder: string): Promise<FileToStore[]> {
  const found: FileToStore[] = [];
  for await (const entry of await opendir(folder)) {
    if (entry.isFile()) found.push({ path: entry.name, file: join(folder, entry.name) });
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}
