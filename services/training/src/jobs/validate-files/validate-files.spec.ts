import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderArtifactStore } from '@conch/artifacts';
import { Refusal } from '@conch/errors';
import type { ArtifactReference } from '../job.entity.js';
import { AT, aFolder, aJob, aPlan } from '../job.fixture.js';
import { JobsInMemory } from '../jobs-in-memory.fixture.js';
import { FolderModelSource } from '../folder-model-source.js';
import { ValidateFiles } from './validate-files.js';

let dir: string;
let store: FolderArtifactStore;
let jobs: JobsInMemory;
let there: ArtifactReference;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conch-validate-'));
  store = new FolderArtifactStore(join(dir, 'artifacts'));
  await mkdir(join(dir, 'rows'));
  await writeFile(join(dir, 'rows', 'data.jsonl'), '{}');
  const { digest, sizeBytes } = await store.putFolder(join(dir, 'rows'));
  there = { digest, sizeBytes, form: 'folder' };
  jobs = new JobsInMemory();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const warnings: unknown[] = [];
const validate = (): Promise<void> => {
  const logger = { warn: (facts: unknown) => warnings.push(facts) };
  return new ValidateFiles(jobs, store, new FolderModelSource(join(dir, 'models')), () => AT, logger as never).execute();
};

function plan(parts: { weights?: ArtifactReference; training?: ArtifactReference; validation?: ArtifactReference }) {
  const { base, training } = aPlan();
  return aPlan({
    base: { ...base, weights: parts.weights ?? there },
    training: { ...training, folder: parts.training ?? there },
    validation: parts.validation === undefined ? null : { ...training, named: 'file-2', folder: parts.validation },
  });
}

describe(ValidateFiles.name, () => {
  it('queues a job that has everything', async () => {
    jobs.put(aJob({ plan: plan({ validation: there }) }));
    await validate();
    expect(jobs.the().facts).toMatchObject({ state: 'queued', queuedAt: AT });
    expect(jobs.told()).toEqual(['Files validated, moving job to queued state']);
  });

  it.each([
    ['weights', 'MODEL_WEIGHTS_MISSING', 'model'],
    ['training', 'TRAINING_FILE_MISSING', 'training_file'],
    ['validation', 'TRAINING_FILE_MISSING', 'validation_file'],
  ] as const)('fails a job whose %s are gone, and names them', async (part, code, param) => {
    jobs.put(aJob({ plan: plan({ [part]: aFolder('9') }) }));
    await validate();
    expect(jobs.the().facts).toMatchObject({ state: 'failed', fault: { code, param } });
  });

  it('fails a job of which a single file is gone', async () => {
    const [file] = (await store.readManifest(there.digest)).files;
    if (file !== undefined) await store.remove(file.digest);
    jobs.put(aJob({ plan: plan({}) }));
    await validate();
    expect(jobs.the().state).toBe('failed');
  });

  it('fails a job whose manifest is damaged, says why, and goes on to the next', async () => {
    jest.spyOn(store, 'readManifest').mockRejectedValueOnce(new Refusal('internal', 'ARTIFACT_CORRUPT', 'the artifact is damaged'));
    jobs.put(aJob({ plan: plan({}) }), aJob({ id: 'ftjob-2', plan: plan({}) }));
    await validate();
    expect(jobs.the().facts).toMatchObject({ state: 'failed', fault: { code: 'ARTIFACT_CORRUPT', message: expect.stringContaining('is damaged') } });
    expect(jobs.the('ftjob-2').state).toBe('queued');
  });

  it('fails a job whose folder has no manifest', async () => {
    const [file] = (await store.readManifest(there.digest)).files;
    jobs.put(aJob({ plan: plan({ training: { ...there, digest: file?.digest ?? there.digest } }) }));
    await validate();
    expect(jobs.the().facts).toMatchObject({ state: 'failed', fault: { code: 'ARTIFACT_MANIFEST_INVALID' } });
  });

  it('leaves a job whose files it may not read just now, says so, and goes on to the next', async () => {
    const refused = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    jest.spyOn(store, 'has').mockRejectedValueOnce(refused);
    jobs.put(aJob({ plan: plan({}) }), aJob({ id: 'ftjob-2', plan: plan({}) }));
    await validate();
    expect([jobs.the().state, jobs.the('ftjob-2').state]).toEqual(['validating_files', 'queued']);
    expect(warnings).toEqual([{ err: refused, jobId: 'ftjob-1' }]);
  });

  it('fails an import whose folder went away', async () => {
    jobs.put(aJob({ plan: { kind: 'import', source: 'local:gone', servingFormat: 'fp32' } }));
    await validate();
    expect(jobs.the().facts.fault).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });
});
