import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtifactStore, asDigest } from '@conch/artifacts';
import type { Artifact } from '@conch/contracts/common';
import type { AttemptSpec } from '@conch/contracts/training';
import { stringify } from 'yaml';
import { datasetInfo, exportConfig, readArguments, trainConfig } from '../engine/engine-configs.js';
import { AttemptFault } from '../engine/engine-failure.js';
import type { WorkFolders } from './work-folders.js';

interface Fetched {
  /** Whether the training goes on from the checkpoint that was asked for. */
  readonly isResumed: boolean;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * Places what the training reads, and writes the trainer's configuration. Inputs are read-only links to the stored bytes: everything that
 * writes gets a folder of its own, since root writes into read-only files too.
 */
export async function fetchInputs(store: ArtifactStore, spec: AttemptSpec, folders: WorkFolders, signal: AbortSignal): Promise<Fetched> {
  const recipe = readArguments(spec.argumentsJson);
  const hasValidation = spec.validationFolder !== undefined;
  const wanted: [string, Artifact | undefined, string][] = [
    ['the base model', spec.baseModel, folders.base],
    ['the training data', spec.trainingFolder, folders.train],
    ...(hasValidation ? [['the validation data', spec.validationFolder, folders.evaluation] satisfies [string, Artifact | undefined, string]] : []),
  ];
  for (const [what, artifact, folder] of wanted) {
    signal.throwIfAborted();
    if (artifact === undefined) throw new AttemptFault('INPUT_MISSING', `The attempt names no artifact for ${what}.`, false);
    await store.checkOutFolder(asDigest(artifact.digest), folder);
  }
  const isResumed = spec.resumeFrom !== '' && (await isThere(join(spec.resumeFrom, 'trainer_state.json')));
  const resumeFrom = isResumed ? spec.resumeFrom : '';
  await writeFile(join(folders.data, 'dataset_info.json'), JSON.stringify(await datasetInfo(folders, hasValidation), null, 2));
  await writeFile(folders.trainConfig, stringify(trainConfig(recipe, { folders, hasValidation, resumeFrom })));
  await writeFile(folders.exportConfig, stringify(await exportConfig(recipe, folders)));
  return { isResumed, arguments: recipe };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
