import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FineTuningPlan } from '../job.entity.js';
import { AT, aFolder, aPlan } from '../job.fixture.js';
import { type BaseVersion, JobInputs } from '../job-inputs.js';
import { JobsInMemory } from '../jobs-in-memory.fixture.js';
import { CreateJob, type CreateJobCommand } from './create-job.js';

class Inputs extends JobInputs {
  model: BaseVersion = { versionId: 'mv_1', name: 'conch-tiny', weights: aFolder('b'), weightFormat: 'int8' };
  lastAnswerOnly = false;

  override async base(): Promise<BaseVersion> {
    return this.model;
  }

  override async dataset(_projectId: string, named: string): Promise<FineTuningPlan['training']> {
    return { ...aPlan().training, named, lastAnswerOnly: this.lastAnswerOnly };
  }

  override async isRegistered(): Promise<boolean> {
    return true;
  }
}

const COMMAND: CreateJobCommand = {
  projectId: 'proj_abc',
  projectName: 'default',
  model: 'conch-tiny',
  trainingFile: 'file-1',
  validationFile: '',
  suffix: '',
  seed: null,
  metadata: {},
  methodJson: '',
  idempotencyKey: '',
};

let jobs: JobsInMemory;
let inputs: Inputs;
let create: (command?: Partial<CreateJobCommand>) => ReturnType<CreateJob['execute']>;

beforeEach(() => {
  jobs = new JobsInMemory();
  inputs = new Inputs();
  let made = 0;
  const useCase = new CreateJob(jobs, inputs, null, {
    newId: (prefix) => {
      made += 1;
      return `${prefix}${made}`;
    },
    seed: () => 42,
    unique: () => 'a1b2c3d4',
    now: () => AT,
  });
  create = (command = {}) => useCase.execute({ ...COMMAND, ...command });
});

describe(CreateJob.name, () => {
  it("makes a job that waits for its files to be validated, and says so in OpenAI's words", async () => {
    const job = await create({ validationFile: 'file-2' });
    expect(job.facts).toMatchObject({ state: 'validating_files', seed: 42, resultModel: 'ft:conch-tiny:default::a1b2c3d4' });
    expect(jobs.told(job.id)).toEqual([`Created fine-tuning job: ${job.id}`, 'Validating training file: file-1 and validation file: file-2']);
  });

  it('names the tuned model by base, project and suffix, and one tuned again by its first base', async () => {
    expect((await create({ suffix: 'magic-conch' })).facts.resultModel).toBe('ft:conch-tiny:default:magic-conch:a1b2c3d4');
    expect((await create({ projectName: '' })).facts.resultModel).toBe('ft:conch-tiny:abc::a1b2c3d4');
    expect((await create({ projectName: 'Team: Nord/1' })).facts.resultModel).toBe('ft:conch-tiny:Team-Nord-1::a1b2c3d4');
    inputs.model = { ...inputs.model, name: 'ft:conch-tiny:default:one:zzzzzzzz' };
    expect((await create()).facts.resultModel).toBe('ft:conch-tiny:default::a1b2c3d4');
  });

  it('serves the tuned model in the format of its base', async () => {
    expect((await create()).facts.plan).toMatchObject({ servingFormat: 'int8' });
  });

  it('names everything that is wrong with a request at once', async () => {
    const refused = create({
      model: '',
      suffix: 'Not Fine',
      seed: -1,
      metadata: { ['k'.repeat(65)]: 'v' },
      methodJson: '{"type":"supervised","supervised":{"engine":{"learning_rate":9}}}',
    });
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', code: 'JOB_INVALID', param: 'model', facts: { problems: 5 } });
    await expect(refused).rejects.toThrow(/suffix: .*\nseed: .*\nmetadata\.k+: .*\nmethod\.supervised\.engine\.learning_rate: /);
    expect(jobs.jobs.size).toBe(0);
  });

  it.each(['a'.repeat(65), '-a', 'Ä', 'a_b', 'a:b'])('refuses the suffix "%s"', async (suffix) => {
    await expect(create({ suffix })).rejects.toMatchObject({ kind: 'invalid', param: 'suffix' });
  });

  it('refuses a setting that the data speaks against', async () => {
    inputs.lastAnswerOnly = true;
    const methodJson = '{"type":"supervised","supervised":{"engine":{"train_on_prompt":true}}}';
    await expect(create({ methodJson })).rejects.toMatchObject({ param: 'method.supervised.engine.train_on_prompt' });
    expect((await create()).facts.plan).toMatchObject({ arguments: { mask_history: true } });
  });

  it('makes one job for a key, however often it is asked, and refuses the key for another request', async () => {
    const [one, two] = [await create({ idempotencyKey: 'k' }), await create({ idempotencyKey: 'k' })];
    expect(two.id).toBe(one.id);
    for (const other of [
      { trainingFile: 'file-9' },
      { seed: 9 },
      { metadata: { a: 'b' } },
      { methodJson: '{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":9}}}' },
    ]) {
      await expect(create({ idempotencyKey: 'k', ...other })).rejects.toMatchObject({ kind: 'conflict', code: 'IDEMPOTENCY_KEY_REUSED' });
    }
    expect(jobs.jobs.size).toBe(1);
  });
});
