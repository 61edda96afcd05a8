import { beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '@conch/errors';
import { CreateImport } from '../create-import/create-import.js';
import { AT } from '../job.fixture.js';
import type { JobInputs } from '../job-inputs.js';
import { JobsInMemory } from '../jobs-in-memory.fixture.js';
import { ModelSource } from '../model-source.js';
import { ImportBaseModels } from './import-base-models.js';

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
let importAll: () => Promise<void>;

beforeEach(() => {
  jobs = new JobsInMemory();
  registered = new Set();
  isAway = false;
  let made = 0;
  const newId = (prefix: string): string => {
    made += 1;
    return `${prefix}${made}`;
  };
  create = new CreateImport(jobs, new Sources(), null, newId, () => AT);
  const inputs = {
    isRegistered: async (_project: string, model: string) => {
      if (isAway) throw new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'away');
      return registered.has(model);
    },
  } as unknown as JobInputs;
  importAll = () => new ImportBaseModels(jobs, inputs, create, 'public', [{ name: 'conch-tiny', source: 'local:conch-tiny' }]).execute();
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

  it('says that it could not ask, so that it is called again', async () => {
    isAway = true;
    await expect(importAll()).rejects.toMatchObject({ kind: 'unavailable' });
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

  it('makes one job for a key, and refuses the key for another source', async () => {
    const wanted = { projectId: 'p', name: 'mine', source: 'local:conch-tiny', idempotencyKey: 'k' };
    const [one, two] = [await create.execute(wanted), await create.execute(wanted)];
    expect(two.id).toBe(one.id);
    await expect(create.execute({ ...wanted, name: 'other' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});
