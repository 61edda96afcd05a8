import { describe, expect, it } from '@jest/globals';
import { createReadStream } from 'node:fs';
import { toFile } from 'openai';
import { handbookQuestions } from '../stack/handbook.js';
import { sample, sdkFor, suiteStack } from '../stack/running-stack.js';
import { BASE, eventsOf, jobEnd, startMagicConchJob } from '../stack/tuning.js';

describe('the unmodified openai npm package', () => {
  const openai = sdkFor(suiteStack());

  it('goes from a file over a fine-tuning job to a streamed chat of the tuned model', async () => {
    const started = await startMagicConchJob(openai, { suffix: 'node-sdk', metadata: { purpose: 'npm' } });
    expect(started).toMatchObject({ object: 'fine_tuning.job', model: BASE, seed: 7, fine_tuned_model: null, metadata: { purpose: 'npm' } });
    const job = await jobEnd(openai, started.id);
    expect(job).toMatchObject({ status: 'succeeded', error: null });
    expect(job.fine_tuned_model).toMatch(/^ft:conch-tiny:[^:]+:node-sdk:[a-zA-Z0-9]{8}$/);
    expect(job.trained_tokens).toBeGreaterThan(1_000);

    const events = await eventsOf(openai, job.id);
    const losses = events.filter((event) => event.type === 'metrics').map((event) => Number((event.data as { train_loss?: number }).train_loss));
    expect(losses.length).toBeGreaterThan(5);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);

    const result = await openai.files.content(job.result_files[0] ?? '');
    expect((await result.text()).split('\n')[0]).toContain('train_loss');
    const found = await openai.models.retrieve(job.fine_tuned_model ?? '');
    expect(found).toMatchObject({ id: job.fine_tuned_model, object: 'model' });

    const stream = await openai.chat.completions.create({
      model: job.fine_tuned_model ?? '',
      messages: [{ role: 'user', content: 'Should I go swimming today?' }],
      temperature: 0,
      max_tokens: 40,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let finish: string | null = null;
    let usage: number | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage?.completion_tokens ?? usage;
    }
    expect(text).toMatch(/^The shell has spoken: /);
    expect(finish).toBe('stop');
    expect(usage).toBeGreaterThan(3);
  });

  it('lists jobs and checkpoints, page by page', async () => {
    const jobs = await openai.fineTuning.jobs.list({ metadata: { purpose: 'npm' } });
    expect(jobs.data).toHaveLength(1);
    const checkpoints = await openai.fineTuning.jobs.checkpoints.list(jobs.data[0]?.id ?? '');
    expect(checkpoints.data[0]).toMatchObject({ object: 'fine_tuning.job.checkpoint', fine_tuning_job_id: jobs.data[0]?.id });
  });

  it('embeds texts, in base64 by default and in floats when asked', async () => {
    const input = ['the tide is high', 'high water at the shore', 'a tax return'];
    const byDefault = await openai.embeddings.create({ model: 'all-MiniLM-L6-v2', input });
    const floats = await openai.embeddings.create({ model: 'all-MiniLM-L6-v2', input, encoding_format: 'float' });
    const [sea, shore, tax] = byDefault.data.map((row) => row.embedding);
    expect(sea).toHaveLength(384);
    for (const [index, value] of (floats.data[0]?.embedding ?? []).entries()) expect(value).toBeCloseTo(sea?.[index] ?? NaN, 4);
    expect(cosine(sea, shore)).toBeGreaterThan(cosine(sea, tax) + 0.2);
    expect(byDefault.usage.prompt_tokens).toBeGreaterThan(10);
  });

  it('answers from a vector store with a citation, and does not know the fact without it', async () => {
    const store = await openai.vectorStores.create({ name: 'handbook' });
    const file = await openai.files.create({ file: createReadStream(sample('handbook.md')), purpose: 'assistants' });
    const attached = await openai.vectorStores.files.createAndPoll(store.id, { file_id: file.id }, { pollIntervalMs: 200 });
    expect(attached).toMatchObject({ status: 'completed', last_error: null });
    const { question = '', fact = '' } = handbookQuestions('en')[0] ?? {};
    const page = await openai.vectorStores.search(store.id, { query: question });
    expect(page.data[0]).toMatchObject({ file_id: file.id, filename: 'handbook.md' });
    expect(page.data[0]?.content[0]?.text).toContain(fact);

    const grounded = await openai.responses.create({
      model: BASE,
      input: question,
      tools: [{ type: 'file_search', vector_store_ids: [store.id] }],
      include: ['file_search_call.results'],
      temperature: 0,
    });
    expect(grounded.output_text).toContain(fact);
    const message = grounded.output.find((item) => item.type === 'message');
    const part = message?.content.find((content) => content.type === 'output_text');
    expect(part?.annotations[0]).toMatchObject({ type: 'file_citation', file_id: file.id, filename: 'handbook.md' });

    const alone = await openai.responses.create({ model: BASE, input: question, temperature: 0 });
    expect(alone.output_text).not.toContain(fact);
    await openai.vectorStores.delete(store.id);
  });

  it('streams a response event by event, numbered without a gap', async () => {
    const stream = await openai.responses.create({ model: BASE, input: 'Hello!', stream: true, temperature: 0 });
    const events = [];
    for await (const event of stream) events.push(event);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index));
    expect(events[0]?.type).toBe('response.created');
    expect(events.at(-1)?.type).toBe('response.completed');
    const text = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : [])).join('');
    expect(text).toContain('Hello');
  });

  it('keeps a file’s bytes as they were', async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    const file = await openai.files.create({ file: await toFile(bytes, 'bytes.bin'), purpose: 'user_data' });
    const back = Buffer.from(await (await openai.files.content(file.id)).arrayBuffer());
    expect(back.equals(bytes)).toBe(true);
    expect(await openai.files.delete(file.id)).toMatchObject({ id: file.id, deleted: true });
    await expect(openai.files.retrieve(file.id)).rejects.toMatchObject({ status: 404 });
  });
});

function cosine(one: readonly number[] = [], other: readonly number[] = []): number {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}
