import { ModelVersion } from '@conch/contracts/registry';
import { Refusal } from '@conch/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { ScriptedModel, eventsOf } from '../generations/scripted-model.fixture.js';
import { FakeRetrieval, aHit } from '../vector-stores/retrieval.fixture.js';

const model = new ScriptedModel();
const retrieval = new FakeRetrieval();
const file_search = { type: 'file_search' as const, vector_store_ids: ['vs_1'] };

describe('responses', () => {
  let gateway: TestGateway;
  let sdk: OpenAI;

  beforeAll(async () => {
    gateway = await startGateway({
      generation: model.peer ?? {},
      storeTexts: retrieval.storeTexts ?? {},
      registry: {
        resolveModel: async ({ model: name = '' }) => {
          if (name === 'nope') throw new Refusal('not_found', 'MODEL_NOT_FOUND', "The model 'nope' does not exist.", { param: 'model' });
          return ModelVersion.fromPartial({ id: 'mv_1', modelName: name });
        },
      },
    });
    sdk = new OpenAI({ baseURL: `${await gateway.listen()}/v1`, apiKey: gateway.keys.one, maxRetries: 0 });
  }, 60_000);

  beforeEach(() => {
    model.reset();
    retrieval.asked.length = 0;
    retrieval.hits = [aHit()];
  });
  afterAll(() => gateway.stop(), 60_000);

  const post = (fields: object) => gateway.request('POST', '/v1/responses', { payload: { model: 'conch-tiny', input: 'Hi', ...fields } });
  const messagesAsked = () => JSON.parse(model.asked.at(-1)?.request.input?.value ?? '{}').messages as unknown;

  it('answers a text, and keeps the response and what it was asked', async () => {
    const response = await sdk.responses.create({
      model: 'conch-tiny',
      input: 'Hi',
      instructions: 'Be brief.',
      metadata: { a: 'b' },
      max_output_tokens: 9,
      temperature: 0,
    });
    expect(response.output_text).toBe('Hello there!');
    expect(response).toMatchObject({ status: 'completed', instructions: 'Be brief.', metadata: { a: 'b' }, error: null, incomplete_details: null });
    expect(response.usage).toMatchObject({ input_tokens: 7, output_tokens: 3, total_tokens: 10, output_tokens_details: { reasoning_tokens: 0 } });
    expect(messagesAsked()).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ]);
    const kept = await sdk.responses.retrieve(response.id);
    expect(kept.output).toEqual(response.output);
    const items = await sdk.responses.inputItems.list(response.id);
    expect(items.data).toEqual([
      { id: expect.stringMatching(/^msg_/), type: 'message', status: 'completed', role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
    ]);
    await sdk.responses.delete(response.id);
    await expect(sdk.responses.retrieve(response.id)).rejects.toMatchObject({ status: 404 });
  });

  it('goes on with a conversation, but not with its instructions', async () => {
    const first = await sdk.responses.create({ model: 'conch-tiny', input: 'I am Ann.', instructions: 'Be brief.' });
    await sdk.responses.create({
      model: 'conch-tiny',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Who am I?' }] }],
      previous_response_id: first.id,
    });
    expect(messagesAsked()).toEqual([
      { role: 'user', content: 'I am Ann.' },
      { role: 'assistant', content: 'Hello there!' },
      { role: 'user', content: 'Who am I?' },
    ]);
    const foreign = await gateway.request('POST', '/v1/responses', {
      payload: { model: 'm', input: 'x', previous_response_id: first.id },
      key: gateway.keys.two,
    });
    expect([foreign.statusCode, foreign.json().error.param]).toEqual([400, 'previous_response_id']);
  });

  it('takes its own output back as input', async () => {
    const first = await sdk.responses.create({ model: 'conch-tiny', input: 'Hi', tools: [file_search], store: false });
    await sdk.responses.create({
      model: 'conch-tiny',
      input: [{ role: 'user', content: 'Hi' }, ...first.output, { role: 'user', content: 'More' }] as OpenAI.Responses.ResponseInput,
    });
    expect(messagesAsked()).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello there!' },
      { role: 'user', content: 'More' },
    ]);
    await expect(sdk.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
  });

  it('streams every event in order, each with its number', async () => {
    const answer = await post({ stream: true, tools: [file_search], input: 'When does it open?' });
    const events = eventsOf(answer.body).map(({ name, data }) => ({ name, data: data as Record<string, unknown> }));
    expect(events.map(({ name }) => name)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.file_search_call.in_progress',
      'response.file_search_call.searching',
      'response.file_search_call.completed',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ data }) => data['sequence_number'])).toEqual(events.map((_, at) => at));
    expect(events.every(({ name, data }) => data['type'] === name)).toBe(true);
    expect(events[9]?.data).toMatchObject({ output_index: 1, content_index: 0, delta: 'Hello', logprobs: [], item_id: expect.stringMatching(/^msg_/) });
  });

  it('answers from passages, best first, and cites the one that the answer stands on where it ends', async () => {
    retrieval.hits = [aHit({ fileId: 'file-2', filename: 'ferry.md', text: 'The ferry leaves at ten.', score: 0.5 }), aHit()];
    model.script = ['The library', ' opens at', ' nine.'];
    const stream = sdk.responses.stream({
      model: 'conch-tiny',
      input: 'When does the library open?',
      tools: [file_search],
      include: ['file_search_call.results'],
    });
    const added: unknown[] = [];
    stream.on('event', (event) => {
      if (event.type === 'response.output_text.annotation.added') added.push(event.annotation);
    });
    const response = await stream.finalResponse();
    const citation = { type: 'file_citation', index: 25, file_id: 'file-1', filename: 'handbook.md' };
    expect(added).toEqual([citation]);
    expect(response.output[0]).toMatchObject({
      type: 'file_search_call',
      status: 'completed',
      queries: ['When does the library open?'],
      results: [{ file_id: 'file-1', score: 0.8, attributes: { year: 2024 } }, { file_id: 'file-2' }],
    });
    expect(response.output[1]).toMatchObject({ content: [{ text: 'The library opens at nine.', annotations: [citation] }] });
    expect(messagesAsked()).toEqual([
      { role: 'system', content: 'Answer from these passages.\n[1] The library opens at nine.\n[2] The ferry leaves at ten.' },
      { role: 'user', content: 'When does the library open?' },
    ]);
  });

  it('shows search results only to those who include them', async () => {
    const response = await sdk.responses.create({ model: 'conch-tiny', input: 'When?', tools: [file_search] });
    expect(response.output[0]).toMatchObject({ type: 'file_search_call', results: null });
    const kept = await sdk.responses.retrieve(response.id, { include: ['file_search_call.results'] });
    expect(kept.output[0]).toMatchObject({ results: [{ file_id: 'file-1', vector_store_id: 'vs_1' }] });
  });

  it('says that the documents do not say, without asking the model, when no passage passes', async () => {
    retrieval.hits = [];
    const response = await sdk.responses.create({
      model: 'conch-tiny',
      input: '图书馆几点开门?',
      tools: [{ ...file_search, ranking_options: { score_threshold: 0.9 }, max_num_results: 4 }],
    });
    expect(response.output_text).toBe('文档中没有提到这一点。');
    expect([model.asked.length, response.usage?.total_tokens]).toEqual([0, 0]);
    expect(retrieval.asked).toEqual([{ storeId: 'vs_1', queries: ['图书馆几点开门?'], maxResults: 4, filtersJson: '', scoreThreshold: 0.9 }]);
  });

  it.each([false, true])('answers 404 for a model that does not exist, even when there is nothing to ask it about (streamed: %s)', async (stream) => {
    retrieval.hits = [];
    const answer = await post({ model: 'nope', tools: [file_search], stream });
    expect([answer.statusCode, answer.json().error.param]).toEqual([404, 'model']);
  });

  it('names its own fields when the engine refuses', async () => {
    model.script = [new Refusal('invalid', 'SAMPLING_REFUSED', 'max_tokens: must be larger', { param: 'max_tokens' })];
    expect((await post({})).json().error).toMatchObject({ param: 'max_output_tokens', message: 'max_output_tokens: must be larger' });
    model.script = [new Refusal('invalid', 'CONTEXT_LENGTH_EXCEEDED', 'It is too long. Shorten the messages.', { param: 'messages' })];
    expect((await post({})).json().error).toMatchObject({ param: 'input', message: 'It is too long. Shorten the input.' });
  });

  it('gives the model as many passages as fit its context, and cuts the best when even that does not', async () => {
    const long = 'The library opens at nine. '.repeat(8);
    retrieval.hits = [aHit({ text: long, score: 0.9 }), aHit({ text: long, score: 0.8 })];
    model.contextLength = 480;
    await post({ tools: [file_search] });
    expect(messagesAsked()).toEqual([
      { role: 'system', content: `Answer from these passages.\n[1] ${long.trim()}` },
      { role: 'user', content: 'Hi' },
    ]);
    model.contextLength = 300;
    await post({ tools: [file_search] });
    expect(JSON.stringify(messagesAsked()).length).toBeLessThan(240);
    expect(JSON.stringify(messagesAsked())).toContain('[1] The library opens at nine.');
  });

  it('forgets the oldest turns when it may and must', async () => {
    const input = [1, 2, 3, 4].map((number) => ({ role: 'user' as const, content: `${number}`.repeat(60) }));
    model.contextLength = 300;
    await post({ input, truncation: 'auto' });
    expect(messagesAsked()).toEqual(input.slice(-2));
    await post({ input });
    expect(messagesAsked()).toEqual(input);
  });

  it('searches nothing when the tool may not be used', async () => {
    const response = await sdk.responses.create({ model: 'conch-tiny', input: 'Hi', tools: [file_search], tool_choice: 'none' });
    expect([response.output.length, retrieval.asked.length]).toEqual([1, 0]);
  });

  it('says that the maximum cut an answer', async () => {
    model.finishReason = 'length';
    const answer = await post({ stream: true });
    const last = eventsOf(answer.body).at(-1);
    expect(last).toMatchObject({
      name: 'response.incomplete',
      data: { response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [{ status: 'incomplete' }] } },
    });
  });

  it('answers an error that comes before the first text as an HTTP error, and one that comes later as a failed response', async () => {
    const lost = new Refusal('unavailable', 'MODEL_SERVER_LOST', 'The model server stopped answering.');
    model.script = [lost];
    expect((await post({ stream: true })).statusCode).toBe(503);
    expect((await post({})).statusCode).toBe(503);
    model.script = ['Half', lost];
    const late = eventsOf((await post({ stream: true })).body).at(-1);
    expect(late).toMatchObject({ name: 'response.failed', data: { response: { status: 'failed', error: { code: 'server_error', message: lost.message } } } });
  });

  it('keeps texts that Postgres could not', async () => {
    const answer = await post({ input: 'a\u0000b\ud800' });
    expect(answer.statusCode).toBe(200);
  });

  it.each([
    ['another tool', { tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    ['a picture', { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] }, 'input[0].content[0].type'],
    ['a function’s output', { input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }, 'input[0].type'],
    ['more tokens than can be counted', { max_output_tokens: 2_147_483_648 }, 'max_output_tokens'],
    ['an id without end', { previous_response_id: 'r'.repeat(100_000) }, 'previous_response_id'],
    ['a store’s id without end', { tools: [{ ...file_search, vector_store_ids: ['v'.repeat(100_000)] }] }, 'tools[0].vector_store_ids[0]'],
    ['an id that cannot be looked up', { previous_response_id: 'resp_\u0000' }, 'previous_response_id'],
    ['a store’s id that cannot be looked up', { tools: [{ ...file_search, vector_store_ids: ['vs_\ud800'] }] }, 'tools[0].vector_store_ids[0]'],
    ['metadata that cannot be kept', { metadata: { a: '\u0000' } }, 'metadata.a'],
    ['a metadata key that cannot be kept', { metadata: { '\ud800': 'a' } }, 'metadata'],
    ['a user that cannot be kept', { user: '\ud800' }, 'user'],
    ['a filter that cannot be looked up', { tools: [{ ...file_search, filters: { type: 'eq', key: 'a', value: '\u0000' } }] }, 'tools[0].filters.value'],
    ['a conversation', { conversation: 'conv_1' }, 'conversation'],
    ['work in the background', { background: true }, 'background'],
    ['structured outputs', { text: { format: { type: 'json_object' } } }, 'text.format.type'],
  ])('refuses %s by name', async (_, fields, param) => {
    const answer = await post(fields);
    expect([answer.statusCode, answer.json().error.param]).toEqual([400, param]);
  });
});
