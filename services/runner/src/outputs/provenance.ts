import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '@conch/contracts/common';
import { type AttemptSpec, JobKind } from '@conch/contracts/training';
import { parse } from 'yaml';
import type { WorkFolders } from '../attempt/work-folders.js';
import type { EngineResult } from '../engine/engine-event.js';

interface Made {
  readonly spec: AttemptSpec;
  readonly result: EngineResult;
  readonly made: Readonly<Record<'adapter' | 'weights' | 'serving' | 'metricsCsv', Artifact | undefined>>;
  readonly folders: WorkFolders;
  readonly seconds: Readonly<Record<string, number>>;
  readonly format: string;
}

/** Stands for the attempt's work folder in what is told of its files. */
const WORK = '$WORK';

/** All that somebody needs to make the same model again, and what was proven about this one. */
export async function provenanceOf({ spec, result, made, folders, seconds, format }: Made): Promise<Record<string, unknown>> {
  const template = await readFile(join(folders.serving, 'chat_template.jinja'), 'utf8').catch(() => null);
  const origin = spec.kind === JobKind.JOB_KIND_IMPORT ? { source: result.source, revision: result.revision } : await training(spec, folders, result);
  return {
    attempt: { id: spec.attemptId, job: spec.jobId, number: spec.number },
    ...origin,
    command: `python -m conch_trainer ${WORK}/plan.json <pid of the runner>`,
    plan: await planOf(folders),
    serving_format: format,
    outputs: digestsOf(made),
    chat_template: template === null ? null : { text: template, sha256: createHash('sha256').update(template).digest('hex') },
    checks: result.truth,
    versions: { node: process.versions.node, ...result.versions },
    seconds,
  };
}

/** What the engine was told; where this machine keeps its base models means nothing elsewhere. */
async function planOf(folders: WorkFolders): Promise<Record<string, unknown>> {
  const plan = JSON.parse((await readFile(folders.plan, 'utf8')).replaceAll(folders.root, WORK)) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(plan).filter(([name]) => name !== 'local_root'));
}

async function training(spec: AttemptSpec, folders: WorkFolders, result: EngineResult): Promise<Record<string, unknown>> {
  const config = async (path: string): Promise<unknown> => parse((await readFile(path, 'utf8')).replaceAll(folders.root, WORK));
  return {
    train: await config(folders.trainConfig),
    export: await config(folders.exportConfig),
    inputs: digestsOf({ base: spec.baseModel, training: spec.trainingFolder, validation: spec.validationFolder }),
    steps: result.steps,
    trained_tokens: result.trained_tokens,
  };
}

function digestsOf(artifacts: Readonly<Record<string, Artifact | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(artifacts).flatMap(([name, artifact]) => (artifact === undefined ? [] : [[name, artifact.digest]])));
}
