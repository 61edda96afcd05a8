import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { ScriptedModel, eventsOf } from '../generations/scripted-model.fixture.js';

const model = new ScriptedModel();

describe('completions', () => {
  let gateway: TestGateway;
  let baseUrl: string;

  beforeAll(async () => {
    gateway = await startGateway({ generation: model.peer ?? {} });
    baseUrl = await gateway.listen();
  }, 60_000);

  beforeEach(() => model.reset());
  afterAll(() => gateway.stop(), 60_000);

  const post = (payload: object) => gateway.request('POST', '/v1/completions', { payload });
  const sdk = () => new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: gateway.keys.one, maxRetries: 0 });

  it('writes on from a text, sent as it is, and by sixteen tokens unless more are asked for', async () => {
    const answer = await sdk().completions.create({ model: 'conch-tiny', prompt: 'Say' });
    expect(answer.choices).toEqual([{ index: 0, text: 'Hello there!', logprobs: null, finish_reason: 'stop' }]);
    expect(answer.usage).toEqual({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
    expect(model.asked[0]?.request).toMatchObject({ input: { $case: 'prompt', value: 'Say' }, sampling: { maxTokens: 16 } });
  });

  it('numbers the answers of several prompts in order and counts each prompt once', async () => {
    const answer = await sdk().completions.create({ model: 'conch-tiny', prompt: ['A', 'B'], n: 2, seed: 1, echo: true });
    expect(answer.choices.map(({ index, text }) => [index, text])).toEqual([
      [0, 'AHello there!'],
      [1, 'AHello there!'],
      [2, 'BHello there!'],
      [3, 'BHello there!'],
    ]);
    expect(answer.usage).toMatchObject({ prompt_tokens: 14, completion_tokens: 12 });
    expect(model.asked.map(({ request }) => [request.input?.value, request.sampling?.seed])).toEqual([
      ['A', 1],
      ['A', 2],
      ['B', 1],
      ['B', 2],
    ]);
  });

  it('streams the echo, a chunk a text, the finish, the usage and the end mark', async () => {
    model.script = ['x', 'y'];
    const answer = await post({ model: 'conch-tiny', prompt: 'P', stream: true, echo: true, stream_options: { include_usage: true } });
    const alike = { id: expect.stringMatching(/^cmpl-/), object: 'text_completion', created: expect.any(Number), model: 'conch-tiny' };
    const chunk = (text: string, finish_reason: string | null = null) => ({
      ...alike,
      choices: [{ index: 0, text, logprobs: null, finish_reason }],
      usage: null,
    });
    expect(eventsOf(answer.body).map(({ data }) => data)).toEqual([
      chunk('P'),
      chunk('x'),
      chunk('y'),
      chunk('', 'stop'),
      { ...alike, choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } },
      '[DONE]',
    ]);
  });

  it('streams to the SDK, and says when the maximum cut the answer', async () => {
    model.finishReason = 'length';
    let text = '';
    let reason: string | null = null;
    for await (const chunk of await sdk().completions.create({ model: 'conch-tiny', prompt: 'P', stream: true })) {
      text += chunk.choices[0]?.text ?? '';
      reason = chunk.choices[0]?.finish_reason ?? reason;
    }
    expect([text, reason]).toEqual(['Hello there!', 'length']);
  });

  it.each([
    ['token ids', { prompt: [1, 2, 3] }, 'prompt[0]'],
    ['more tokens than can be counted', { max_tokens: 2_147_483_648 }, 'max_tokens'],
    ['a suffix', { suffix: 'end' }, 'suffix'],
    ['the best of several', { best_of: 3 }, 'best_of'],
    ['more answers than fit', { prompt: ['a', 'b'], n: 100 }, 'n'],
  ])('refuses %s by name', async (_, fields, param) => {
    const answer = await post({ model: 'conch-tiny', prompt: 'P', ...fields });
    expect([answer.statusCode, answer.json().error.param]).toEqual([400, param]);
  });
});
