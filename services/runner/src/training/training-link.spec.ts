import { Refusal } from '@conch/errors';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeTraining, leaseLost } from './fake-training.fixture.js';
import { Stopped } from './stop.js';
import { TrainingLink } from './training-link.js';

let training: FakeTraining;
const never = new AbortController().signal;

beforeEach(async () => {
  training = await new FakeTraining({ jobId: 'ftjob-1' }).start();
});

afterEach(() => training.stop());

describe(TrainingLink, () => {
  it('repeats a call while the service is away, and gets its answer in the end', async () => {
    training.refusals.push(
      new Refusal('unavailable', 'SERVICE_STOPPING', 'restarting'),
      new Refusal('internal', 'INTERNAL', 'a bug'),
      new Refusal('timeout', 'DEADLINE_EXCEEDED', 'slow'),
    );
    expect((await training.link().start(never)).jobId).toBe('ftjob-1');
  });

  it('tells the end again when the answer to it was lost', async () => {
    training.lostAnswers.push('finish');
    await training.link().finish({ $case: 'cancelled', value: {} }, never);
    expect(training.finished).toHaveLength(2);
  });

  it('says that the lease is lost, and does not repeat', async () => {
    training.refusals.push(leaseLost());
    await expect(training.link().start(never)).rejects.toMatchObject({ reason: 'lease-lost' });
    expect(training.refusals).toEqual([]);
  });

  it('passes on a refusal that the next try would meet again', async () => {
    training.refusals.push(new Refusal('invalid', 'OUTCOME_MALFORMED', 'no'));
    await expect(training.link().finish({ $case: 'cancelled', value: {} }, never)).rejects.toMatchObject({ code: 'OUTCOME_MALFORMED' });
  });

  it('passes on a fault of the service that does not pass, long before its patience is over', async () => {
    for (let index = 0; index < 10; index += 1) training.refusals.push(new Refusal('internal', 'INTERNAL', 'a bug'));
    await expect(training.link(20_000, 3).start(never)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(training.refusals).toHaveLength(7);
  });

  it('gives up when its patience is over', async () => {
    await training.stop();
    await expect(training.link(50).start(never)).rejects.toMatchObject({ reason: 'training-away' });
  });

  it('stops waiting when it is told to', async () => {
    await training.stop();
    const stopped = new Stopped('terminated');
    const controller = new AbortController();
    setTimeout(() => controller.abort(stopped), 150);
    await expect(training.link().start(controller.signal)).rejects.toBe(stopped);
  });
});
