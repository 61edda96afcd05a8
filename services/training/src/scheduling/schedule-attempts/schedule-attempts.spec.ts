import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Attempt } from '../../attempts/attempt.entity.js';
import { AT, aJob, anAttempt, anOutcome } from '../../jobs/job.fixture.js';
import { AttemptsInMemory, JobsInMemory } from '../../jobs/jobs-in-memory.fixture.js';
import { type AttemptPresence, Launcher } from '../../launchers/launcher.js';
import { ScheduleAttempts } from './schedule-attempts.js';

class FakeLauncher extends Launcher {
  readonly launched: Attempt[] = [];
  present = new Map<string, AttemptPresence>();
  fault: Error | null = null;

  override async launch(attempt: Attempt): Promise<void> {
    if (this.fault !== null) throw this.fault;
    this.launched.push(attempt);
  }

  override async kill(): Promise<void> {}

  override async look(): Promise<ReadonlyMap<string, AttemptPresence>> {
    return this.present;
  }

  override endOf(): string | null {
    return null;
  }
}

const policy = { maxAttempts: 3, firstPauseMs: 2_000 };
const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1_000);
let jobs: JobsInMemory;
let launcher: FakeLauncher;
let now: Date;
let isQuiet: boolean;
let schedule: (places?: number) => Promise<void>;

beforeEach(() => {
  jobs = new JobsInMemory();
  launcher = new FakeLauncher();
  now = AT;
  isQuiet = true;
  let made = 0;
  const newAttemptId = (): string => {
    made += 1;
    return `att_new${made}`;
  };
  schedule = (places = 1) =>
    new ScheduleAttempts(jobs, new AttemptsInMemory(jobs), launcher, {
      places,
      startMs: 60_000,
      policy,
      newAttemptId,
      now: () => now,
      isQuiet: () => isQuiet,
    }).execute();
});

function queued(id: string, second: number) {
  return aJob({ id, state: 'queued', queuedAt: later(second) });
}

describe(ScheduleAttempts.name, () => {
  it('starts the job that came first and lets the others wait', async () => {
    jobs.put(queued('ftjob-late', 9), queued('ftjob-early', 1));
    await schedule();
    expect(launcher.launched.map(({ facts }) => [facts.jobId, facts.epoch])).toEqual([['ftjob-early', 1]]);
    expect([jobs.the('ftjob-early').state, jobs.the('ftjob-late').state]).toEqual(['running', 'queued']);
    expect(jobs.told('ftjob-early')).toEqual(['Fine-tuning job started']);
    await schedule();
    expect(launcher.launched).toHaveLength(1);
  });

  it('fills as many places as there are', async () => {
    jobs.put(queued('a', 1), queued('b', 2), queued('c', 3));
    await schedule(2);
    expect(launcher.launched.map(({ facts }) => facts.jobId)).toEqual(['a', 'b']);
  });

  it('gives the place of a job that only has to be registered to the next one', async () => {
    jobs.put(aJob({ id: 'done', state: 'running', outcome: anOutcome() }), queued('next', 1));
    await schedule();
    expect(jobs.the('next').state).toBe('running');
  });

  it('begins another attempt when it is due, before any job that waits', async () => {
    jobs.put(aJob({ state: 'running', attempts: 1, attemptId: 'att_1', dueAt: later(2) }), queued('other', 1));
    jobs.attempts.set('att_1', anAttempt({ state: 'lost' }));
    await schedule();
    expect(launcher.launched).toEqual([]);
    now = later(2);
    await schedule();
    expect(launcher.launched.map(({ facts }) => [facts.jobId, facts.epoch])).toEqual([['ftjob-1', 2]]);
    expect(jobs.the('other').state).toBe('queued');
  });

  it('waits until nothing is left of the attempt before', async () => {
    jobs.put(aJob({ state: 'running', attempts: 1, attemptId: 'att_1', dueAt: AT }));
    jobs.attempts.set('att_1', anAttempt({ state: 'lost' }));
    launcher.present.set('att_1', { hasRunner: false });
    await schedule();
    launcher.present.clear();
    isQuiet = false;
    await schedule();
    expect(launcher.launched).toEqual([]);
    isQuiet = true;
    await schedule();
    expect(launcher.launched).toHaveLength(1);
  });

  it('tries again when a runner cannot be started, and fails the job in the end with the reason', async () => {
    jobs.put(queued('ftjob-1', 0));
    launcher.fault = new Error('spawn node ENOENT');
    for (const second of [0, 10, 20]) {
      now = later(second);
      await schedule();
    }
    expect(jobs.the().facts).toMatchObject({
      state: 'failed',
      attempts: 3,
      fault: { code: 'LAUNCH_FAILED', message: expect.stringContaining('spawn node ENOENT') },
    });
    expect(jobs.told().filter((message) => message.startsWith('Attempt')).length).toBe(4);
  });
});
