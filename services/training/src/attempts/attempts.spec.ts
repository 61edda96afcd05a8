import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Outbox } from '@conch/events';
import { type Database, newId, openDatabase } from '@conch/storage';
import { createLogger } from '@conch/telemetry';
import { type PostgresServer, startPostgres } from '@conch/testing';
import { type TrainingDatabase, migrations } from '../database.js';
import { CancelJob } from '../jobs/cancel-job/cancel-job.js';
import { FollowJobEvents } from '../jobs/follow-job-events/follow-job-events.js';
import { AT, aJob, anOutcome } from '../jobs/job.fixture.js';
import { PostgresJobFeed } from '../jobs/postgres-job-feed.js';
import { PostgresJobHistoryRepository } from '../jobs/postgres-job-history.repository.js';
import { PostgresJobRepository } from '../jobs/postgres-job.repository.js';
import { beginAttempt } from './begin-attempt.js';
import { ExpireLeases } from './expire-leases/expire-leases.js';
import { FinishAttempt } from './finish-attempt/finish-attempt.js';
import { Heartbeat } from './heartbeat/heartbeat.js';
import { PostgresAttemptRepository } from './postgres-attempt.repository.js';
import type { AttemptReport, ReportBody } from './report/attempt-report.js';
import { Report } from './report/report.js';
import { StartAttempt } from './start-attempt/start-attempt.js';

const LEASE_MS = 15_000;
const PAGE = { limit: 100, after: '', before: '', ascending: true };
const policy = { maxAttempts: 2, firstPauseMs: 1_000 };
const logger = createLogger({ service: 'test', level: 'silent' });

let postgres: PostgresServer;
let database: Database<TrainingDatabase>;
let jobs: PostgresJobRepository;
let history: PostgresJobHistoryRepository;
let attempts: PostgresAttemptRepository;
let now: Date;
const clock = (): Date => now;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);
afterAll(() => postgres.stop());

beforeEach(async () => {
  const { url } = await postgres.createDatabase();
  database = openDatabase<TrainingDatabase>({ url, service: 'training', logger });
  await database.migrate(migrations);
  jobs = new PostgresJobRepository(database, new Outbox<TrainingDatabase>());
  history = new PostgresJobHistoryRepository(database);
  attempts = new PostgresAttemptRepository(database);
  now = AT;
});
afterEach(() => database.close());

const start = (id: string, epoch: number) =>
  new StartAttempt(jobs, history, { leaseMs: LEASE_MS, isCheckpoint: async (path) => path === '/here', now: clock }).execute(id, epoch);
const report = (id: string, epoch: number, reports: AttemptReport[]) => new Report(jobs, LEASE_MS, () => newId('ftckpt_'), clock).execute(id, epoch, reports);
const finish = (id: string, epoch: number, end: Parameters<FinishAttempt['execute']>[2]) => new FinishAttempt(jobs, policy, clock).execute(id, epoch, end);
const heartbeat = (id: string, epoch: number) => new Heartbeat(jobs, LEASE_MS, clock).execute(id, epoch);
const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1_000);

/** A job with a first attempt `att_1` that its runner took up. */
async function running(): Promise<void> {
  await jobs.add(aJob(), []);
  await jobs.change('ftjob-1', ({ job }) => ({ job: job.to('queued', AT) }));
  await begin('att_1');
  await start('att_1', 1);
}

async function begin(id: string): Promise<void> {
  await jobs.change('ftjob-1', (standing) => beginAttempt(standing, { id, now, leaseUntil: new Date(now.getTime() + 60_000) }));
}

function numbered(...bodies: readonly ReportBody[]): AttemptReport[] {
  return bodies.map((body, index) => ({ number: index + 1, at: later(index), body }));
}

function step(number: number, loss = 1): ReportBody {
  return { kind: 'step', step: number, totalSteps: 4, metrics: { loss, lr: 0.1 } };
}

async function told(): Promise<string[]> {
  const { events } = await history.listEvents('proj_1', 'ftjob-1', PAGE);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
  return events.map(({ message }) => message);
}

async function announced(): Promise<string[]> {
  const rows = await database.asSystem((tx) => tx.selectFrom('outbox').select('subject').orderBy('seq').execute());
  return rows.map(({ subject }) => subject.replace('conch.events.training.job.', ''));
}

describe('an attempt', () => {
  it('is started once in effect, however often its runner asks, and gets the seed with the recipe', async () => {
    await running();
    const order = await start('att_1', 1);
    expect(order).toMatchObject({
      arguments: { stage: 'sft', learning_rate: 0.002, seed: 7, data_seed: 7 },
      resumeFrom: '',
      attempt: { facts: { state: 'running', epoch: 1 } },
    });
    expect(await told()).toEqual(['Fine-tuning job started']);
    expect(await announced()).toEqual(['queued', 'started']);
  });

  it('takes each report once, in order, and tells steps in words and numbers', async () => {
    await running();
    const all = numbered({ kind: 'phase', phase: 'train' }, step(1, 2.5), step(2, 1.23456), {
      kind: 'step',
      step: 2,
      totalSteps: 4,
      metrics: { eval_loss: 1.5 },
    });
    expect(await report('att_1', 1, all.slice(0, 2))).toBe(2);
    expect(await report('att_1', 1, all)).toBe(4);
    expect(await report('att_1', 1, all)).toBe(4);
    expect(await told()).toEqual([
      'Fine-tuning job started',
      'Training started',
      'Step 1/4: training loss=2.5',
      'Step 2/4: training loss=1.235',
      'Step 2/4: validation loss=1.5',
    ]);
    const { events } = await history.listEvents('proj_1', 'ftjob-1', { ...PAGE, ascending: false, limit: 2 });
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['metrics', { step: 2, total_steps: 4, valid_loss: 1.5 }],
      ['metrics', { step: 2, total_steps: 4, train_loss: 1.23456, learning_rate: 0.1 }],
    ]);
    expect((await jobs.find('proj_1', 'ftjob-1'))?.facts.progress).toMatchObject({
      phase: 'train',
      step: 2,
      evaluatedStep: 2,
      totalSteps: 4,
      estimatedFinish: later(7),
    });
  });

  it('refuses a gap in the reports and stores nothing of them', async () => {
    await running();
    const [one, , three] = numbered(step(1), step(2), step(3)) as [AttemptReport, AttemptReport, AttemptReport];
    await expect(report('att_1', 1, [one, three])).rejects.toMatchObject({ kind: 'precondition', code: 'REPORT_OUT_OF_ORDER', facts: { got: 3, expected: 2 } });
    expect(await told()).toEqual(['Fine-tuning job started']);
  });

  it('survives many senders of the same reports at the same time', async () => {
    await running();
    await Promise.all(Array.from({ length: 6 }, () => report('att_1', 1, numbered(step(1), step(2), step(3)))));
    expect(await told()).toHaveLength(4);
  });

  it('is followed by another that tells no step twice and continues from the last checkpoint that is there', async () => {
    await running();
    const checkpoint = (at: number, path: string): ReportBody => ({ kind: 'checkpoint', step: at, artifact: null, path });
    await report('att_1', 1, numbered(step(1), step(2), checkpoint(2, '/here'), step(3), checkpoint(3, '/elsewhere')));
    await finish('att_1', 1, { state: 'failed', code: 'TRAINER_FAILED', message: 'the trainer crashed', isRetryable: true });
    expect((await jobs.find('proj_1', 'ftjob-1'))?.facts).toMatchObject({ state: 'running', dueAt: later(1), progress: { phase: 'waiting' } });
    await begin('att_2');
    expect(await announced()).toEqual(['queued', 'started', 'started']);
    const order = await start('att_2', 2);
    expect(order).toMatchObject({ resumeFrom: '/here', job: { facts: { progress: { step: 3 } } } });
    await report('att_2', 2, numbered(step(3), checkpoint(3, '/here/again'), step(4)));
    expect(await told()).toEqual([
      'Fine-tuning job started',
      'Step 1/4: training loss=1',
      'Step 2/4: training loss=1',
      'Checkpoint created at step 2',
      'Step 3/4: training loss=1',
      'Checkpoint created at step 3',
      'Attempt 1 ended: the trainer crashed. A new attempt starts in 1 s (1 of 2 ended since the last progress).',
      'Attempt 2 started',
      'Step 4/4: training loss=1',
    ]);
    const { checkpoints } = await history.listCheckpoints('proj_1', 'ftjob-1', { ...PAGE, ascending: false });
    expect(checkpoints.map(({ step: at, path, metrics }) => [at, path, metrics['train_loss']])).toEqual([
      [3, '/here/again', 1],
      [2, '/here', 1],
    ]);
  });

  it('refuses every call with a stale epoch, and of an attempt that is over', async () => {
    await running();
    await finish('att_1', 1, { state: 'failed', code: 'TRAINER_FAILED', message: 'x', isRetryable: true });
    await begin('att_2');
    const lost = expect.objectContaining({ kind: 'precondition', code: 'LEASE_LOST' });
    for (const [id, epoch] of [
      ['att_1', 1],
      ['att_1', 2],
      ['att_2', 1],
      ['att_none', 1],
    ] as const) {
      await expect(start(id, epoch)).rejects.toEqual(lost);
      await expect(heartbeat(id, epoch)).rejects.toEqual(lost);
      await expect(report(id, epoch, numbered(step(1)))).rejects.toEqual(lost);
      await expect(finish(id, epoch, { state: 'succeeded', outcome: anOutcome() })).rejects.toEqual(lost);
    }
  });

  it('hands its results over once, also when the answer is lost and it says so again', async () => {
    await running();
    await finish('att_1', 1, { state: 'succeeded', outcome: anOutcome() });
    await finish('att_1', 1, { state: 'succeeded', outcome: anOutcome({ trainedTokens: 0 }) });
    const job = await jobs.find('proj_1', 'ftjob-1');
    expect(job).toMatchObject({ isCompleting: true, holdsPlace: false, facts: { outcome: { trainedTokens: 1_234 }, progress: { phase: 'register' } } });
  });

  it('fails its job when nothing else could come of another try, or the tries are used up', async () => {
    await running();
    await finish('att_1', 1, { state: 'failed', code: 'OUT_OF_DISK', message: 'no space is left', isRetryable: false });
    expect((await jobs.find('proj_1', 'ftjob-1'))?.facts).toMatchObject({ state: 'failed', fault: { code: 'OUT_OF_DISK', message: 'no space is left.' } });
    expect((await told()).at(-1)).toBe('The fine-tuning job failed (OUT_OF_DISK): no space is left.');
    expect(await announced()).toEqual(['queued', 'started', 'failed']);
  });

  it('is followed by others for as long as each brings a new step or checkpoint, and by no more when some bring none', async () => {
    const crash = { state: 'failed', code: 'TRAINER_KILLED', message: 'killed', isRetryable: true } as const;
    const news: ReportBody[][] = [[step(1)], [{ kind: 'checkpoint', step: 1, artifact: null, path: '/here' }], [step(2)], [step(1), step(2)]];
    await running();
    for (const [index, bodies] of news.entries()) {
      const epoch = index + 1;
      if (epoch > 1) {
        await begin(`att_${epoch}`);
        await start(`att_${epoch}`, epoch);
      }
      await report(`att_${epoch}`, epoch, numbered(...bodies));
      await finish(`att_${epoch}`, epoch, crash);
      expect((await jobs.find('proj_1', 'ftjob-1'))?.state).toBe(epoch < 4 ? 'running' : 'failed');
    }
    expect((await told()).at(-1)).toBe('The fine-tuning job failed after 4 attempts (TRAINER_KILLED): killed.');
  });

  it('is lost when its lease runs out, and its job is tried again', async () => {
    await running();
    const expire = new ExpireLeases(jobs, attempts, { leaseMs: LEASE_MS, policy, now: clock });
    await expire.execute();
    for (const second of [5, 10]) {
      now = later(second);
      await expire.execute();
    }
    await heartbeat('att_1', 1);
    for (const second of [15, 20, 24]) {
      now = later(second);
      await expire.execute();
    }
    expect(await attempts.listLive()).toHaveLength(1);
    now = later(26);
    await expire.execute();
    expect(await attempts.listLive()).toEqual([]);
    expect((await told()).at(-1)).toBe(
      'Attempt 1 ended: The runner gave no sign of life for 15 s. A new attempt starts in 1 s (1 of 2 ended since the last progress).',
    );
  });

  it('is given a whole lease more when it was this service that was away', async () => {
    await running();
    const expire = new ExpireLeases(jobs, attempts, { leaseMs: LEASE_MS, policy, now: clock });
    now = later(600);
    await expire.execute();
    expect((await attempts.listLive()).map(({ facts }) => facts.leaseUntil)).toEqual([later(615)]);
  });
});

describe(CancelJob.name, () => {
  it('cancels at once, tells the runner by its heartbeat, and takes nothing more from it', async () => {
    await running();
    const cancelled = await new CancelJob(jobs, clock).execute('proj_1', 'ftjob-1');
    expect(cancelled.state).toBe('cancelled');
    expect(await heartbeat('att_1', 1)).toEqual({ isCancelRequested: true });
    await expect(report('att_1', 1, numbered(step(1)))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await finish('att_1', 1, { state: 'cancelled' });
    expect(await told()).toEqual(['Fine-tuning job started', 'The fine-tuning job was cancelled']);
    expect(await announced()).toEqual(['queued', 'started', 'cancelled']);
  });

  it('refuses a job that is over, that is being registered, or that is not there', async () => {
    await running();
    const cancel = (project: string): Promise<unknown> => new CancelJob(jobs, clock).execute(project, 'ftjob-1');
    await expect(cancel('proj_2')).rejects.toMatchObject({ kind: 'not_found' });
    await finish('att_1', 1, { state: 'succeeded', outcome: anOutcome() });
    await expect(cancel('proj_1')).rejects.toMatchObject({
      kind: 'invalid',
      code: 'JOB_NOT_CANCELLABLE',
      message: expect.stringContaining('being registered'),
    });
    await jobs.change('ftjob-1', ({ job }) => ({ job: job.to('succeeded', now) }));
    await expect(cancel('proj_1')).rejects.toMatchObject({ kind: 'invalid', message: 'The job ftjob-1 has already succeeded, so it cannot be cancelled.' });
  });
});

describe(FollowJobEvents.name, () => {
  it('gives what was told and what is told from then on, each once, and ends with the job', async () => {
    await running();
    const feed = new PostgresJobFeed(database);
    await feed.start();
    const followed: string[] = [];
    const following = (async () => {
      const events = new FollowJobEvents(jobs, history, feed).execute({
        projectId: 'proj_1',
        jobId: 'ftjob-1',
        afterSequence: 0,
        signal: new AbortController().signal,
      });
      for await (const { message } of events) followed.push(message);
    })();
    for (let at = 1; at <= 4; at += 1) await report('att_1', 1, numbered(step(1), step(2), step(3), step(4)).slice(0, at));
    await new CancelJob(jobs, clock).execute('proj_1', 'ftjob-1');
    await following;
    expect(followed).toEqual(await told());
    await feed.stop();
  });

  it('pages events by their number, in both directions', async () => {
    await running();
    await report('att_1', 1, numbered(step(1), step(2), step(3), step(4)));
    const page = async (query: Partial<typeof PAGE>): Promise<[number[], boolean]> => {
      const { events, hasMore } = await history.listEvents('proj_1', 'ftjob-1', { ...PAGE, limit: 2, ...query });
      return [events.map(({ sequence }) => sequence), hasMore];
    };
    const { events } = await history.listEvents('proj_1', 'ftjob-1', PAGE);
    const third = events[2]?.id ?? '';
    expect(await page({ ascending: false })).toEqual([[5, 4], true]);
    expect(await page({ ascending: false, after: third })).toEqual([[2, 1], false]);
    expect(await page({ ascending: false, before: third })).toEqual([[5, 4], false]);
    expect(await page({ after: third })).toEqual([[4, 5], false]);
    await expect(page({ after: 'ft-event-none' })).rejects.toMatchObject({ kind: 'invalid', param: 'after' });
    expect((await history.listEvents('proj_2', 'ftjob-1', PAGE)).events).toEqual([]);
  });
});
