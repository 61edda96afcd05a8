import { describe, expect, it } from '@jest/globals';
import type OpenAI from 'openai';
import { announcedOf } from '../stack/announced-events.js';
import { readJobStream } from '../stack/event-stream.js';
import { attemptProcesses, livingProcesses, pidOf, runnerPid } from '../stack/processes.js';
import { eventually, sdkFor, suiteStack } from '../stack/running-stack.js';
import { eventsOf, startMagicConchJob } from '../stack/tuning.js';

const KILLED = ['datasets', 'registry', 'inference', 'retrieval', 'gateway', 'training', 'runner', 'nats', 'postgres', 'triton'] as const;
const FINAL: readonly string[] = ['succeeded', 'failed', 'cancelled'];

describe('kill -9 in the middle of a job', () => {
  const stack = suiteStack();
  // The SDK's own retries are what a user would have over such a moment.
  const openai = sdkFor(stack, 6);

  it.each(KILLED)('of %s: the stack mends itself, the job ends well, no event is missing or twice, nothing is left over', async (name) => {
    const namesBefore = serviceNames(stack.stateDir);
    const started = await startMagicConchJob(openai, { suffix: `kill-${name}`, metadata: { killed: name } });
    await eventually(
      'the first training steps',
      120_000,
      async () => {
        const steps = (await eventsOf(openai, started.id)).filter((event) => event.type === 'metrics');
        return steps.length >= 2 ? steps : null;
      },
      100,
    );
    const pid = name === 'runner' ? runnerPid(stack.stateDir) : pidOf(stack.stateDir, name);
    if (pid === null) throw new Error(`${name} is not running`);
    process.kill(pid, 'SIGKILL');

    const job = await eventually(
      `the end of ${started.id}`,
      240_000,
      async () => {
        const seen = await openai.fineTuning.jobs.retrieve(started.id);
        return FINAL.includes(seen.status) ? seen : null;
      },
      500,
    );
    expect({ status: job.status, error: job.error }).toEqual({ status: 'succeeded', error: null });

    const stream = await readJobStream(stack, job.id);
    expect(stream.map((event) => event.id)).toEqual(stream.map((_, index) => index + 1));
    const steps = stream.filter((event) => event.data.type === 'metrics').map((event) => (event.data.data as { step: number }).step);
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    expect((await eventsOf(openai, job.id)).map((event) => event.message)).toEqual(stream.map((event) => event.data.message));
    const announced = await announcedOf(stack.stateDir, job.id);
    expect(announced.filter((verb) => verb === 'queued')).toHaveLength(1);
    expect(announced.filter((verb) => verb === 'started')).toHaveLength(name === 'runner' ? 2 : 1);
    expect(announced.slice(-1)).toEqual(['succeeded']);

    await eventually(`a stack that is whole again after ${name}`, 60_000, async () =>
      serviceNames(stack.stateDir).join() === namesBefore.join() ? true : null,
    );
    expect(attemptProcesses(stack.stateDir)).toEqual([]);
    expect(await answerOf(openai, job.fine_tuned_model ?? '')).toMatch(/^The shell has spoken: /);
    process.stdout.write(`killed ${name} (pid ${pid}); job ${job.id} succeeded, ${stream.length} events\n`);
  });
});

async function answerOf(openai: OpenAI, model: string): Promise<string> {
  return eventually('an answer of the tuned model', 60_000, async () => {
    const answer = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'Should I go swimming today?' }],
      temperature: 0,
      max_tokens: 40,
    });
    return answer.choices[0]?.message.content ?? null;
  });
}

function serviceNames(stateDir: string): string[] {
  return [...new Set(livingProcesses(stateDir).map((process) => process.name))].sort();
}
