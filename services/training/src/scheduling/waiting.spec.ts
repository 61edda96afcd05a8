import { describe, expect, it } from '@jest/globals';
import { aJob } from '../jobs/job.fixture.js';
import { waitingOf } from './waiting.js';

const training = { phase: 'train', step: 40, evaluatedStep: 0, totalSteps: 90, estimatedFinish: null };
const running = aJob({ id: 'ftjob-run', state: 'running', progress: training });
const mine = aJob({ id: 'ftjob-mine', state: 'queued' });

describe(waitingOf.name, () => {
  it('says which job is ahead and how far it is', () => {
    expect(waitingOf(mine, [mine, running])).toEqual({ position: 1, reason: '1 job is ahead of it: ftjob-run is running (train, step 40 of 90)' });
  });

  it('counts those that run and those that came earlier, and not those behind', () => {
    const [before, behind] = [aJob({ id: 'ftjob-before', state: 'queued' }), aJob({ id: 'ftjob-behind', state: 'queued' })];
    expect(waitingOf(mine, [running, before, mine, behind])).toEqual({
      position: 2,
      reason: '2 jobs are ahead of it: ftjob-run is running (train, step 40 of 90), ftjob-before is queued',
    });
  });

  it('does not name the jobs of other projects', () => {
    const foreign = aJob({ id: 'ftjob-secret', projectId: 'proj_2', state: 'running', progress: training });
    expect(waitingOf(mine, [foreign, mine]).reason).toBe("1 job is ahead of it: another project's fine-tuning job is running (train, step 40 of 90)");
  });

  it('names a few when many are ahead', () => {
    const many = Array.from({ length: 6 }, (_, index) => aJob({ id: `ftjob-${index}`, state: 'queued' }));
    expect(waitingOf(mine, [...many, mine])).toMatchObject({ position: 6, reason: expect.stringMatching(/^6 jobs are ahead of it: .*, and 3 more$/) });
  });

  it('has nothing to say of a job that is next, or not queued', () => {
    expect(waitingOf(mine, [mine])).toEqual({ position: 0, reason: 'It is next and starts in a moment.' });
    expect(waitingOf(running, [running])).toEqual({ position: 0, reason: '' });
  });
});
