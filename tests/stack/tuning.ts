import { createReadStream } from 'node:fs';
import type OpenAI from 'openai';
import { z } from 'zod';
import { eventually, readSample, sample } from './running-stack.js';

type Job = OpenAI.FineTuning.Jobs.FineTuningJob;

/** The base model that every fresh machine makes. */
export const BASE = 'conch-tiny';

const FINAL: readonly string[] = ['succeeded', 'failed', 'cancelled'];

/** How the Magic Conch's manner is taught: the sample's own recipe, as the demo uses it. */
export function magicConchMethod(): OpenAI.FineTuning.Jobs.JobCreateParams['method'] {
  return readSample('magic_conch.method.json', z.looseObject({ type: z.literal('supervised') }));
}

/** Uploads the sample and starts a job on it. */
export async function startMagicConchJob(openai: OpenAI, asked: Partial<OpenAI.FineTuning.Jobs.JobCreateParams> = {}, key?: string): Promise<Job> {
  const headers = (part: string): { headers?: Record<string, string> } => (key === undefined ? {} : { headers: { 'idempotency-key': `${key}-${part}` } });
  const file = await openai.files.create({ file: createReadStream(sample('magic_conch.json')), purpose: 'fine-tune' }, headers('file'));
  const method = magicConchMethod();
  return openai.fineTuning.jobs.create({ model: BASE, training_file: file.id, seed: 7, ...(method === undefined ? {} : { method }), ...asked }, headers('job'));
}

/** Follows a job to its end, whatever that is. */
export async function jobEnd(openai: OpenAI, id: string, timeoutMs = 300_000): Promise<Job> {
  return eventually(
    `the end of ${id}`,
    timeoutMs,
    async () => {
      const job = await openai.fineTuning.jobs.retrieve(id);
      return FINAL.includes(job.status) ? job : null;
    },
    500,
  );
}

/** A job's events, oldest first. */
export async function eventsOf(openai: OpenAI, id: string): Promise<OpenAI.FineTuning.Jobs.FineTuningJobEvent[]> {
  const events: OpenAI.FineTuning.Jobs.FineTuningJobEvent[] = [];
  for await (const event of openai.fineTuning.jobs.listEvents(id, { limit: 100 })) events.push(event);
  return events.reverse();
}

/** The tuned model that the suite's specs share: the first one that asks has it trained, the others find it. */
export async function sharedTunedModel(openai: OpenAI): Promise<{ job: Job; model: string }> {
  const started = await startMagicConchJob(openai, { suffix: 'magic-conch' }, 'e2e-shared');
  const job = await jobEnd(openai, started.id);
  if (job.status !== 'succeeded' || job.fine_tuned_model === null)
    throw new Error(`the shared job ended as ${job.status}: ${job.error?.message ?? 'no reason'}`);
  return { job, model: job.fine_tuned_model };
}
