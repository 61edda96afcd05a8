import { Refusal } from '@conch/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { ScriptedModel, eventsOf } from '../generations/scripted-model.fixture.js';

const GRACE_MS = 300;
const model = new ScriptedModel();
const ask = { model: 'conch-tiny', messages: [{ role: 'user' as const, content: 'Hi' }] };

describe('chat completions', () => {
  let gateway: TestGateway;
  let baseUrl: string;

  beforeAll(async () => {
    gateway = await startGateway({ generation: model.peer ?? {} }, { CONCH_FIRST_TOKEN_GRACE_MS: String(GRACE_MS), CONCH_CONCURRENT_GENERATIONS: '4' });
    baseUrl = await gateway.listen();
  }, 60_000);

  beforeEach(() => model.reset());
  afterAll(() => gateway.stop(), 60_000);

  const post = (payload: object) => gateway.request('POST', '/v1/chat/completions', { payload });
  const sdk = () => new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: gateway.keys.one, maxRetries: 0 });

  it('answers as the SDK reads it, with the version that answered', async () => {
    const answer = await sdk().chat.completions.create({ ...ask, temperature: 0, max_completion_tokens: 5, stop: 'END', seed: 3 });
    expect(answer.id).toMatch(/^chatcmpl-/);
    expect(answer.choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'Hello there!', refusal: null, annotations: [] }, logprobs: null, finish_reason: 'stop' },
    ]);
    expect(answer.usage).toEqual({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
    expect(answer.system_fingerprint).toBe('mv_1');
    expect(model.asked[0]).toMatchObject({
      projectId: 'proj_one',
      request: { model: 'conch-tiny', sampling: { temperature: 0, maxTokens: 5, stop: ['END'], seed: 3 } },
    });
  });

  it('streams a role chunk, a chunk a text, a finish chunk, the usage when it is asked for, and the end mark', async () => {
    const answer = await post({ ...ask, stream: true, stream_options: { include_usage: true } });
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const events = eventsOf(answer.body);
    const alike = {
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion.chunk',
      created: expect.any(Number),
      model: 'conch-tiny',
      system_fingerprint: 'mv_1',
    };
    const chunk = (delta: object, finish_reason: string | null = null) => ({
      name: null,
      data: { ...alike, choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null },
    });
    expect(events).toEqual([
      chunk({ role: 'assistant', content: '', refusal: null }),
      chunk({ content: 'Hello' }),
      chunk({ content: ' there' }),
      chunk({ content: '!' }),
      chunk({}, 'stop'),
      { name: null, data: { ...alike, choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } } },
      { name: null, data: '[DONE]' },
    ]);
  });

  it('names no usage in a stream that did not ask for it', async () => {
    const answer = await post({ ...ask, stream: true });
    expect(answer.body).not.toContain('usage');
  });

  it("streams to the SDK's own helper, special characters and all", async () => {
    model.script = ['"quoted"\n', '你好', ' \u2028 🐚'];
    const final = await sdk().chat.completions.stream(ask).finalContent();
    expect(final).toBe('"quoted"\n你好 \u2028 🐚');
  });

  it('gives every choice a role, a finish and a seed of its own', async () => {
    const answer = await post({ ...ask, n: 2, seed: 10, stream: true, stream_options: { include_usage: true } });
    const chunks = eventsOf(answer.body).flatMap(({ data }) =>
      data === '[DONE]' ? [] : [data as { choices: { index: number; delta: { content?: string; role?: string }; finish_reason: string | null }[] }],
    );
    for (const index of [0, 1]) {
      const mine = chunks.flatMap(({ choices }) => choices.filter((choice) => choice.index === index));
      expect(mine[0]?.delta.role).toBe('assistant');
      expect(mine.map(({ delta }) => delta.content ?? '').join('')).toBe('Hello there!');
      expect(mine.at(-1)?.finish_reason).toBe('stop');
    }
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 6 } });
    expect(model.asked.map(({ request }) => request.sampling?.seed)).toEqual([10, 11]);
  });

  it('joins parts of text and calls a developer message a system message', async () => {
    await post({
      ...ask,
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'One, ' },
            { type: 'text', text: 'two' },
          ],
        },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }], refusal: null },
        { role: 'tool', content: 'three', tool_call_id: 'c1' },
      ],
    });
    expect(JSON.parse(model.asked[0]?.request.input?.value ?? '')).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'One, two' },
        { role: 'assistant', content: '', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
        { role: 'tool', content: 'three', tool_call_id: 'c1' },
      ],
    });
  });

  it.each([
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools'],
    ['response_format', { response_format: { type: 'json_object' } }, 'response_format.type'],
    ['logprobs', { logprobs: true }, 'logprobs'],
    ['pictures', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }, 'messages[0].content[0].type'],
    ['a role that does not exist', { messages: [{ role: 'ghost', content: 'boo' }] }, 'messages[0].role'],
    ['a parameter that does not exist', { temprature: 1 }, 'temprature'],
    ['no messages', { messages: [] }, 'messages'],
    ['an answer that says nothing', { messages: [{ role: 'assistant', content: null }] }, 'messages[0].content'],
    ['more tokens than can be counted', { max_tokens: 2_147_483_648 }, 'max_tokens'],
    ['more tokens than can be counted, by their newer name', { max_completion_tokens: 2_147_483_648 }, 'max_completion_tokens'],
    ['a larger choice than can be counted', { top_k: 2_147_483_648 }, 'top_k'],
    ['a model’s name that cannot be kept', { model: 'a\u0000' }, 'model'],
  ])('refuses %s by name', async (_, fields, param) => {
    const answer = await post({ ...ask, ...fields });
    expect([answer.statusCode, answer.json().error.param]).toEqual([400, param]);
    expect(model.asked).toEqual([]);
  });

  it('gives choices seeds of their own that JSON carries exactly, even from the largest', async () => {
    await post({ ...ask, n: 3, seed: Number.MAX_SAFE_INTEGER - 1 });
    const seeds = model.asked.map(({ request }) => Number(request.sampling?.seed));
    expect(seeds).toEqual([Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 3]);
  });

  it('takes an answer that was refused back as one without text', async () => {
    await post({
      ...ask,
      messages: [
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'user', content: 'a\u0000' },
      ],
    });
    expect(JSON.parse(model.asked[0]?.request.input?.value ?? '').messages[0]).toEqual({ role: 'assistant', content: '' });
  });

  it.each([
    [{ max_tokens: 5 }, 'max_tokens'],
    [{ max_completion_tokens: 5 }, 'max_completion_tokens'],
  ])('names the field of the request that the engine refuses: %j', async (fields, param) => {
    model.script = [new Refusal('invalid', 'SAMPLING_REFUSED', 'max_tokens: must be larger', { param: 'max_tokens' })];
    const answer = await post({ ...ask, ...fields });
    expect(answer.json().error).toMatchObject({ param, message: `${param}: must be larger` });
  });

  it('repeats no more of a request than a person reads', async () => {
    const answer = await post({ ...ask, ['x'.repeat(5_000)]: 1, messages: [{ role: 'user', content: [{ type: 'y'.repeat(5_000) }] }] });
    expect(answer.statusCode).toBe(400);
    expect(answer.body.length).toBeLessThan(1_500);
  });

  it('takes what clients send and nothing here heeds', async () => {
    const harmless = {
      metadata: { a: 'b' },
      user: 'u',
      store: true,
      tools: [],
      tool_choice: 'auto',
      response_format: { type: 'text' },
      logit_bias: {},
      service_tier: 'auto',
      n: null,
      seed: null,
    };
    expect((await post({ ...ask, ...harmless })).statusCode).toBe(200);
  });

  it.each([false, true])('answers an error that comes before the first text as an HTTP error (streamed: %s)', async (stream) => {
    model.script = [new Refusal('not_found', 'MODEL_NOT_FOUND', "The model 'x' does not exist.", { param: 'model' })];
    const answer = await post({ ...ask, stream });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({ error: { message: "The model 'x' does not exist.", type: 'not_found_error', param: 'model', code: 'model_not_found' } });
  });

  it('tells an error that comes later as the last event, at which the SDK throws', async () => {
    model.script = ['Half', new Refusal('unavailable', 'MODEL_SERVER_LOST', 'The model server stopped answering.')];
    const answer = await post({ ...ask, stream: true });
    expect(answer.statusCode).toBe(200);
    expect(eventsOf(answer.body).at(-1)?.data).toEqual({
      error: { message: 'The model server stopped answering.', type: 'server_error', param: null, code: 'model_server_lost' },
    });
    expect(answer.body).not.toContain('[DONE]');
    await expect(sdk().chat.completions.stream(ask).finalContent()).rejects.toThrow('stopped answering');
  });

  it('sends the status line after the grace, and an error after that as an event', async () => {
    model.script = [new Promise((resolve) => setTimeout(resolve, GRACE_MS * 2)), new Refusal('timeout', 'DEADLINE_EXCEEDED', 'Too late.')];
    const answer = await post({ ...ask, stream: true });
    expect([answer.statusCode, eventsOf(answer.body).length]).toEqual([200, 1]);
  });

  it('ends the generation when the client goes away', async () => {
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    model.script = ['One', new Promise(() => begun())];
    const left = new AbortController();
    const stream = await sdk().chat.completions.create({ ...ask, stream: true }, { signal: left.signal });
    const first = await stream[Symbol.asyncIterator]().next();
    await hasBegun;
    expect(first.done).toBe(false);
    left.abort();
    const giveUpAt = Date.now() + 5_000;
    while (model.cancelled === 0 && Date.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(model.cancelled).toBe(1);
  });

  it('refuses more generations than a project may have at once, and lets the started ones go', async () => {
    model.script = [new Promise(() => undefined)];
    const answer = await post({ ...ask, n: 5 });
    expect([answer.statusCode, answer.json().error.code]).toEqual([429, 'concurrency_limit_exceeded']);
    model.reset();
    expect((await post({ ...ask, n: 4 })).statusCode).toBe(200);
  });
});
