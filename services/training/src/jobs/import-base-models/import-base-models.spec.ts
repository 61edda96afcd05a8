import { beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '@conch/errors';
import { CreateImport } from '../create-import/create-import.js';
import { AT } from '../job.fixture.js';
import type { JobInputs } from '../job-inputs.js';
import { JobsInMemory } from '../jobs-in-memory.fixture.js';
import { ModelSource } from '../model-source.js';
import { type BaseModel, ImportBaseModels } from './import-base-models.js';

class Sources extends ModelSource {
  override async fault(source: string): Promise<string | null> {
    return source === 'local:conch-tiny' ? null : 'must be local:conch-tiny';
  }

  override async suitingFormat(): Promise<string> {
    return 'fp32';
  }
}

let jobs: JobsInMemory;
let registered: Set<string>;
let isAway: boolean;
let create: CreateImport;
let importAll: () => Promise<'done' | 'again'>;
let start: () => ImportBaseModels;
let models: BaseModel[];
let said: { readonly name: string; readonly err: Error }[];

beforeEach(() => {
  jobs = new JobsInMemory();
  registered = new Set();
  isAway = false;
  models = [{ name: 'conch-tiny', source: 'local:conch-tiny' }];
  said = [];
  let made = 0;
  const newId = (prefix: string): string => {
    made += 1;
    return `${prefix}${made}`;
  };
  const inputs = {
    isRegistered: async (_project: string, model: string) => {
      if (isAway) throw new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'away');
      return registered.has(model);
    },
  } as unknown as JobInputs;
  create = new CreateImport(jobs, inputs, new Sources(), { servingFormat: null, newId, now: () => AT });
  const say = (facts: (typeof said)[number]): unknown => said.push(facts);
  const logger = { warn: say, error: say } as never;
  start = () => new ImportBaseModels(jobs, inputs, create, { projectId: 'public', models, logger });
  importAll = () => start().execute();
});

describe(ImportBaseModels.name, () => {
  it('makes one import for every project, however often the service starts', async () => {
    await importAll();
    await importAll();
    expect([...jobs.jobs.values()].map(({ facts }) => [facts.projectId, facts.model, facts.resultModel, facts.plan])).toEqual([
      ['public', 'conch-tiny', 'conch-tiny', { kind: 'import', source: 'local:conch-tiny', servingFormat: 'fp32' }],
    ]);
    expect(jobs.told('ftjob-1')).toEqual(['Created import job: ftjob-1', 'Checking the source of conch-tiny: local:conch-tiny']);
  });

  it('leaves what the registry has', async () => {
    registered.add('conch-tiny');
    await importAll();
    expect(jobs.jobs.size).toBe(0);
  });

  it('imports anew at the next start when an import failed', async () => {
    await importAll();
    jobs.put(jobs.the('ftjob-1').fail({ code: 'TRAINER_FAILED', message: 'x' }, AT));
    await importAll();
    await importAll();
    expect([...jobs.jobs.values()].map((job) => job.state)).toEqual(['failed', 'validating_files']);
  });

  it('says once that it could not ask, and is to be called again until it could', async () => {
    const imports = start();
    isAway = true;
    expect([await imports.execute(), await imports.execute()]).toEqual(['again', 'again']);
    expect(said).toHaveLength(1);
    isAway = false;
    expect(await imports.execute()).toBe('done');
    expect(jobs.jobs.size).toBe(1);
  });

  it('says why a model cannot be brought in, once, and brings in the others', async () => {
    models.unshift({ name: 'bad', source: 'local:bad' });
    expect(await importAll()).toBe('done');
    expect([...jobs.jobs.values()].map(({ facts }) => facts.model)).toEqual(['conch-tiny']);
    expect(said.map(({ name, err }) => [name, err.message])).toEqual([['bad', 'source: must be local:conch-tiny']]);
  });
});

describe(CreateImport.name, () => {
  it('names a bad name and a bad source at once', async () => {
    const refused = create.execute({ projectId: 'p', name: 'ft:x', source: 'local:../x', idempotencyKey: '' });
    await expect(refused).rejects.toMatchObject({
      kind: 'invalid',
      param: 'name',
      message: expect.stringMatching(/^name: .*\nsource: must be local:conch-tiny$/s),
    });
  });

  it.each(['a//b', 'a/', '', ':a', 'x'.repeat(201), 'a b'])('refuses the name %j, as the registry would', async (name) => {
    await expect(create.execute({ projectId: 'p', name, source: 'local:conch-tiny', idempotencyKey: '' })).rejects.toMatchObject({ param: 'name' });
  });

  it('takes a name with a colon, as the registry does', async () => {
    expect((await create.execute({ projectId: 'p', name: 'qwen:1.5b', source: 'local:conch-tiny', idempotencyKey: '' })).facts.model).toBe('qwen:1.5b');
  });

  it('refuses a name that belongs to every project, before any work is done', async () => {
    registered.add('conch-tiny');
    const wanted = { name: 'conch-tiny', source: 'local:conch-tiny', idempotencyKey: '' };
    await expect(create.execute({ projectId: 'p', ...wanted })).rejects.toMatchObject({ param: 'name', message: expect.stringContaining('every project') });
    expect(jobs.jobs.size).toBe(0);
    expect((await create.execute({ projectId: 'public', ...wanted })).facts.projectId).toBe('public');
  });

  it('makes one job for a key, and refuses the key for another source', async () => {
    const wanted = { projectId: 'p', name: 'mine', source: 'local:conch-tiny', idempotencyKey: 'k' };
    const [one, two] = [await create.execute(wanted), await create.execute(wanted)];
    expect(two.id).toBe(one.id);
    await expect(create.execute({ ...wanted, name: 'other' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});
