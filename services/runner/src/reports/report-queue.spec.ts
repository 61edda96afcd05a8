import type { AttemptReport } from '@conch/contracts/training';
import { describe, expect, it } from '@jest/globals';
import { FakeTraining, leaseLost, until } from '../training/fake-training.fixture.js';
import { Stopped } from '../training/stop.js';
import { type ReportBody, ReportQueue } from './report-queue.js';

const note = (message: string): ReportBody => ({ $case: 'note', value: { level: 'info', message } });
const AT = new Date('2026-11-25T00:00:00Z');

function queue(
  send: (batch: readonly AttemptReport[]) => Promise<number>,
  limits: { capacity?: number; batch?: number } = {},
): { queue: ReportQueue; failures: unknown[] } {
  const failures: unknown[] = [];
  return { failures, queue: new ReportQueue({ send, onFailure: (error) => failures.push(error), now: () => AT, ...limits }) };
}

describe(ReportQueue, () => {
  it('numbers reports from 1 and sends them in order, in batches', async () => {
    const batches: number[][] = [];
    const { queue: reports } = queue(
      async (batch) => {
        batches.push(batch.map(({ number }) => number));
        await new Promise((resolve) => setTimeout(resolve, 1));
        return batch.at(-1)?.number ?? 0;
      },
      { batch: 4 },
    );
    for (let index = 0; index < 10; index += 1) await reports.push(note(`${index}`));
    await reports.flush();
    expect(batches.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(batches.every(({ length }) => length <= 4)).toBe(true);
  });

  it('sends again what was not stored, and nothing that was', async () => {
    const batches: number[][] = [];
    const { queue: reports } = queue(async (batch) => {
      batches.push(batch.map(({ number }) => number));
      return batches.length === 1 ? 0 : (batch[0]?.number ?? 0);
    });
    await reports.push(note('first'));
    await reports.push(note('second'));
    await reports.flush();
    expect(batches).toEqual([[1], [1, 2], [2]]);
  });

  it('makes whoever pushes wait while it is full, and loses nothing', async () => {
    let isAway = true;
    const sent: number[] = [];
    const { queue: reports } = queue(
      async (batch) => {
        await until(() => !isAway);
        sent.push(...batch.map(({ number }) => number));
        return batch.at(-1)?.number ?? 0;
      },
      { capacity: 3, batch: 2 },
    );
    let pushed = 0;
    const pushing = (async () => {
      for (let index = 0; index < 8; index += 1) {
        await reports.push(note(`${index}`));
        pushed += 1;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(pushed).toBe(2);
    isAway = false;
    await pushing;
    await reports.flush();
    expect(sent).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('takes reports again after it ran empty', async () => {
    const sent: number[] = [];
    const { queue: reports } = queue(async (batch) => {
      sent.push(...batch.map(({ number }) => number));
      return batch.at(-1)?.number ?? 0;
    });
    for (let round = 0; round < 50; round += 1) {
      await reports.push(note(`${round}`));
      await reports.flush();
    }
    expect(sent).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('fails for good when sending does, and tells it once', async () => {
    const lost = new Stopped('lease-lost');
    const { queue: reports, failures } = queue(async () => {
      throw lost;
    });
    await reports.push(note('first')).catch(() => undefined);
    await until(() => failures.length === 1);
    await expect(reports.push(note('second'))).rejects.toBe(lost);
    await expect(reports.flush()).rejects.toBe(lost);
    expect(failures).toEqual([lost]);
  });

  it('delivers everything, once and in order, to a service that restarts and loses answers', async () => {
    const training = await new FakeTraining().start();
    const port = training.port;
    const link = training.link();
    const { queue: reports } = queue((batch) => link.report(batch, new AbortController().signal), { batch: 3 });
    training.lostAnswers.push('report', 'report');
    for (let index = 0; index < 6; index += 1) await reports.push(note(`before ${index}`));
    await training.stop();
    for (let index = 0; index < 6; index += 1) await reports.push(note(`away ${index}`));
    await training.start(port);
    await reports.flush();
    expect(training.told('note').map(({ message }) => message)).toEqual([
      ...Array.from({ length: 6 }, (_, at) => `before ${at}`),
      ...Array.from({ length: 6 }, (_, at) => `away ${at}`),
    ]);
    await training.stop();
  });

  it('stops at once when the lease is over', async () => {
    const training = await new FakeTraining().start();
    training.refusals.push(leaseLost());
    const link = training.link();
    const { queue: reports, failures } = queue((batch) => link.report(batch, new AbortController().signal));
    await reports.push(note('late'));
    await expect(reports.flush()).rejects.toMatchObject({ reason: 'lease-lost' });
    expect(failures).toHaveLength(1);
    await training.stop();
  });
});
