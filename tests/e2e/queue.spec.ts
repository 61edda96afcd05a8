import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { attemptProcesses } from '../stack/processes.js';
import { eventually, sdkFor, suiteStack } from '../stack/running-stack.js';
import { jobEnd, startMagicConchJob } from '../stack/tuning.js';

/** What Conch tells of a job beside OpenAI's fields. */
const Waiting = z.looseObject({ status: z.string(), queue_position: z.number(), waiting_reason: z.string().nullable() });

describe('the queue', () => {
  const stack = suiteStack();
  const openai = sdkFor(stack);

  it('lets a second job wait its turn and say why, and frees a cancelled job’s processes within 5 s', async () => {
    const first = await startMagicConchJob(openai);
    await eventually('the first job’s trainer', 120_000, async () => {
      const job = await openai.fineTuning.jobs.retrieve(first.id);
      return job.status === 'running' && attemptProcesses(stack.stateDir).length >= 2 ? job : null;
    });
    const second = await startMagicConchJob(openai);
    const waiting = await eventually('the second job’s turn in the queue', 10_000, async () => {
      const job = Waiting.parse(await openai.fineTuning.jobs.retrieve(second.id));
      return job.status === 'queued' && job.waiting_reason !== null ? job : null;
    });
    expect(waiting.waiting_reason).toContain(first.id);
    expect(waiting.queue_position).toBe(1);

    const before = attemptProcesses(stack.stateDir).map(({ pid }) => pid);
    const cancelledAt = Date.now();
    expect((await openai.fineTuning.jobs.cancel(first.id)).id).toBe(first.id);
    await eventually(
      'the end of the cancelled job’s processes',
      5_000,
      async () => {
        const left = attemptProcesses(stack.stateDir).filter(({ pid }) => before.includes(pid));
        return left.length === 0 ? left : null;
      },
      50,
    );
    process.stdout.write(`a cancelled job's processes were gone after ${Date.now() - cancelledAt} ms\n`);
    expect((await jobEnd(openai, first.id, 10_000)).status).toBe('cancelled');

    // Its turn has come.
    await eventually('the second job’s start', 30_000, async () => ((await openai.fineTuning.jobs.retrieve(second.id)).status === 'running' ? true : null));
    await openai.fineTuning.jobs.cancel(second.id);
    expect((await jobEnd(openai, second.id, 10_000)).status).toBe('cancelled');
    await expect(openai.fineTuning.jobs.cancel(second.id)).rejects.toMatchObject({ status: 400 });
  });
});
