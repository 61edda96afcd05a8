import { beforeEach, describe, expect, it } from '@jest/globals';
import { Refusal } from '@conch/errors';
import { AT, aJob, anOutcome } from '../../jobs/job.fixture.js';
import { JobsInMemory } from '../../jobs/jobs-in-memory.fixture.js';
import { ResultShelf } from '../result-shelf.js';
import { CompleteJobs } from './complete-jobs.js';

const away = new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'The registry service is not answering right now.');

class Shelf extends ResultShelf {
  readonly calls: string[] = [];
  faults: (Error | null)[] = [];

  override async register(): Promise<string> {
    return this.answer('register', 'mv_9');
  }

  override async keepMetrics(): Promise<string> {
    return this.answer('keepMetrics', 'file-9');
  }

  private answer(call: string, id: string): string {
    this.calls.push(call);
    const fault = this.faults.shift() ?? null;
    if (fault !== null) throw fault;
    return id;
  }
}

let jobs: JobsInMemory;
let shelf: Shelf;
let now: Date;
/** A new one each time, as after a restart. */
const complete = (): Promise<void> => new CompleteJobs(jobs, shelf, () => now).execute();
const wait = (ms: number): void => {
  now = new Date(now.getTime() + ms);
};

beforeEach(() => {
  jobs = new JobsInMemory().put(aJob({ state: 'running', outcome: anOutcome(), dueAt: AT }));
  shelf = new Shelf();
  now = AT;
});

describe(CompleteJobs.name, () => {
  it('registers the model, keeps the result file, and only then says that the job succeeded', async () => {
    await complete();
    expect(shelf.calls).toEqual(['register', 'keepMetrics']);
    expect(jobs.the().facts).toMatchObject({ state: 'succeeded', versionId: 'mv_9', resultFiles: ['file-9'] });
    expect(jobs.told()).toEqual(['New fine-tuned model created: ft:conch-tiny:default::a1b2c3d4', 'The job has successfully completed']);
    await complete();
    expect(shelf.calls).toHaveLength(2);
  });

  it('tries again until a service is back, less and less often, and tells of it once', async () => {
    shelf.faults = [away, away, away];
    await complete();
    await complete();
    expect(shelf.calls).toHaveLength(1);
    for (const pauseMs of [500, 1_000, 2_000]) {
      wait(pauseMs);
      await complete();
    }
    expect(shelf.calls).toEqual(['register', 'register', 'register', 'register', 'keepMetrics']);
    expect(jobs.the().state).toBe('succeeded');
    expect(jobs.told().filter((message) => message.includes('tried again'))).toHaveLength(1);
  });

  it('waits longer and longer for the second step too, and tells of it once', async () => {
    shelf.faults = [null, away, away, away];
    await complete();
    for (const pauseMs of [500, 1_000]) {
      wait(pauseMs);
      await complete();
    }
    expect(shelf.calls).toEqual(['register', 'keepMetrics', 'keepMetrics', 'keepMetrics']);
    wait(1_000);
    await complete();
    expect(shelf.calls).toHaveLength(4);
    expect(jobs.the().facts.failures).toBe(3);
    expect(jobs.told().filter((message) => message.includes('tried again'))).toHaveLength(1);
  });

  it('does not repeat a step that was done before it was interrupted', async () => {
    shelf.faults = [null, new Refusal('timeout', 'DEADLINE_EXCEEDED', 'no answer')];
    await complete();
    wait(10_000);
    await complete();
    expect(shelf.calls).toEqual(['register', 'keepMetrics', 'keepMetrics']);
    expect(jobs.the().state).toBe('succeeded');
  });

  it('fails the job when its result is refused for good', async () => {
    shelf.faults = [new Refusal('conflict', 'MODEL_DELETED', 'The model was deleted.')];
    await complete();
    expect(jobs.the().facts).toMatchObject({ state: 'failed', fault: { code: 'MODEL_DELETED', message: 'The result was refused: The model was deleted.' } });
  });

  it('keeps no result file of an import', async () => {
    jobs.put(
      aJob({
        state: 'running',
        model: 'conch-tiny',
        resultModel: 'conch-tiny',
        plan: { kind: 'import', source: 'local:conch-tiny', servingFormat: 'fp32' },
        outcome: anOutcome(),
      }),
    );
    await complete();
    expect(shelf.calls).toEqual(['register']);
    expect(jobs.told()).toEqual(['Model imported: conch-tiny', 'The job has successfully completed']);
  });
});
