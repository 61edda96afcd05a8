import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AttemptFacts } from '../../attempts/attempt.entity.js';
import type { JobFacts } from '../../jobs/job.entity.js';
import { AT, aJob, anAttempt, anOutcome } from '../../jobs/job.fixture.js';
import { AttemptsInMemory, JobsInMemory } from '../../jobs/jobs-in-memory.fixture.js';
import { type AttemptPresence, Launcher } from '../launcher.js';
import { WatchRunners } from './watch-runners.js';

class FakeLauncher extends Launcher {
  readonly killed: string[] = [];
  readonly ends = new Map<string, string>();
  present = new Map<string, AttemptPresence>();
  refusal: Error | null = null;

  override async launch(): Promise<void> {}

  override async kill(attemptId: string): Promise<void> {
    this.killed.push(attemptId);
    if (this.refusal !== null) throw this.refusal;
    this.present.delete(attemptId);
  }

  override async look(): Promise<ReadonlyMap<string, AttemptPresence>> {
    return new Map(this.present);
  }

  override endOf(attemptId: string): string | null {
    return this.ends.get(attemptId) ?? null;
  }
}

let jobs: JobsInMemory;
let launcher: FakeLauncher;
let watch: WatchRunners;
let now: Date;
let ended: number;
let failures: [string, unknown][];

beforeEach(() => {
  jobs = new JobsInMemory();
  launcher = new FakeLauncher();
  now = AT;
  ended = 0;
  failures = [];
  watch = new WatchRunners(jobs, new AttemptsInMemory(jobs), launcher, {
    policy: { maxAttempts: 3, firstPauseMs: 2_000 },
    appearMs: 10_000,
    leaveMs: 15_000,
    now: () => now,
    retryMs: 5_000,
    onFailure: (attemptId, thrown) => failures.push([attemptId, thrown]),
    onEnded: () => {
      ended += 1;
    },
  });
});

function put(attempt: Partial<AttemptFacts>, job: Partial<JobFacts> = {}): void {
  jobs.put(aJob({ state: 'running', attempts: 1, attemptId: 'att_1', ...job }));
  jobs.attempts.set('att_1', anAttempt(attempt));
}

const pass = (seconds: number): void => {
  now = new Date(now.getTime() + seconds * 1_000);
};
const stateOf = (): string | undefined => jobs.attempts.get('att_1')?.state;

describe(WatchRunners.name, () => {
  it('leaves a runner that works alone', async () => {
    put({});
    launcher.present.set('att_1', { hasRunner: true });
    await watch.execute();
    expect([stateOf(), launcher.killed]).toEqual(['running', []]);
  });

  it('loses an attempt whose runner died, says how, and ends what the runner left behind', async () => {
    put({});
    launcher.present.set('att_1', { hasRunner: false });
    launcher.ends.set('att_1', 'signal SIGKILL');
    await watch.execute();
    expect(jobs.attempts.get('att_1')?.facts.fault).toEqual({
      code: 'RUNNER_LOST',
      message: 'The runner ended without saying how its attempt went (signal SIGKILL).',
    });
    await watch.settle();
    expect([launcher.killed, watch.isQuiet, ended]).toEqual([['att_1'], true, 1]);
    expect(jobs.the().facts.dueAt).toEqual(new Date(AT.getTime() + 2_000));
  });

  it('gives a runner time to appear, but not when it is known to have ended', async () => {
    put({ state: 'starting' });
    await watch.execute();
    expect(stateOf()).toBe('starting');
    launcher.ends.set('att_1', 'exit code 1');
    await watch.execute();
    expect(stateOf()).toBe('lost');
  });

  it('loses an attempt whose runner never appeared', async () => {
    put({ state: 'starting' });
    pass(11);
    await watch.execute();
    expect(stateOf()).toBe('lost');
  });

  it('ends the runner of a cancelled attempt at once, and what carries the mark of no attempt', async () => {
    put({ state: 'cancelled', finishedAt: AT }, { state: 'cancelled' });
    launcher.present = new Map([
      ['att_1', { hasRunner: true }],
      ['att_unknown', { hasRunner: true }],
    ]);
    await watch.execute();
    await watch.settle();
    expect(launcher.killed.sort()).toEqual(['att_1', 'att_unknown']);
  });

  it('pauses before it tries again to end what could not be ended, says so each time, and holds up nothing meanwhile', async () => {
    put({ state: 'cancelled', finishedAt: AT }, { state: 'cancelled' });
    launcher.present.set('att_1', { hasRunner: true });
    const refusal = new Error('kill EPERM');
    launcher.refusal = refusal;
    for (const seconds of [0, 1, 3]) {
      pass(seconds);
      await watch.execute();
      await watch.settle();
    }
    expect([launcher.killed, watch.isQuiet, ended, failures]).toEqual([['att_1'], true, 0, [['att_1', refusal]]]);
    launcher.refusal = null;
    pass(1);
    await watch.execute();
    await watch.settle();
    expect([launcher.killed, ended]).toEqual([['att_1', 'att_1'], 1]);
  });

  it('lets a runner that said how it went end by itself, for a while', async () => {
    put({ state: 'succeeded', finishedAt: AT }, { outcome: anOutcome() });
    launcher.present.set('att_1', { hasRunner: true });
    await watch.execute();
    expect(launcher.killed).toEqual([]);
    pass(16);
    await watch.execute();
    expect(launcher.killed).toEqual(['att_1']);
  });
});
