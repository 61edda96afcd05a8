import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore } from '@conch/artifacts';
import type { Artifact } from '@conch/contracts/common';
import { storeFiles } from './store-files.js';

const WEIGHTS = 'adapter_model.safetensors';
const SETTINGS = 'adapter_config.json';

/**
 * Stores an adapter without the optimizer's state and whatever else lies beside it. Its settings name the folder of the base on this
 * machine, which means nothing elsewhere and would give the same adapter another digest each time, so the name is left out.
 */
export async function storeAdapter(store: ArtifactStore, folder: string, scratch: string, signal: AbortSignal): Promise<Artifact> {
  const cleaned = join(scratch, `adapter-${randomUUID()}`);
  await mkdir(cleaned, { recursive: true });
  try {
    const settings = JSON.parse(await readFile(join(folder, SETTINGS), 'utf8')) as Record<string, unknown>;
    await writeFile(join(cleaned, SETTINGS), `${JSON.stringify({ ...settings, base_model_name_or_path: null }, null, 2)}\n`);
    const files = [
      { path: SETTINGS, file: join(cleaned, SETTINGS) },
      { path: WEIGHTS, file: join(folder, WEIGHTS) },
    ];
    return await storeFiles(store, files, signal);
  } finally {
    await rm(cleaned, { recursive: true, force: true });
  }
}
