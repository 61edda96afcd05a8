import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { ScriptedModel, floats } from '../generations/scripted-model.fixture.js';

const model = new ScriptedModel();

describe('embeddings', () => {
  let gateway: TestGateway;
  let baseUrl: string;

  beforeAll(async () => {
    gateway = await startGateway({ generation: model.peer ?? {} });
    baseUrl = await gateway.listen();
  }, 60_000);

  afterAll(() => gateway.stop(), 60_000);

  const post = (fields: object) => gateway.request('POST', '/v1/embeddings', { payload: { model: 'm', input: 'ab', ...fields } });

  it('gives numbers unless base64 is asked for', async () => {
    const answer = await post({ input: ['ab', 'abc'] });
    expect(answer.json()).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [3, 4, 2] },
        { object: 'embedding', index: 1, embedding: [3, 4, 3] },
      ],
      model: 'm',
      usage: { prompt_tokens: 4, total_tokens: 4 },
    });
  });

  it('gives the little-endian floats themselves in base64, which the SDK asks for and reads', async () => {
    const raw = await post({ encoding_format: 'base64' });
    expect(raw.json().data[0].embedding).toBe(floats([3, 4, 2]).toString('base64'));
    const sdk = new OpenAI({ baseURL: `${baseUrl}/v1`, apiKey: gateway.keys.one });
    const answer = await sdk.embeddings.create({ model: 'm', input: 'abcd' });
    expect(answer.data[0]?.embedding).toEqual([3, 4, 4]);
  });

  it('shortens vectors and scales them to length 1', async () => {
    const [number, other] = (await post({ dimensions: 2 })).json().data[0].embedding;
    expect([number, other]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8)]);
  });

  it.each([
    ['more dimensions than there are', { dimensions: 4 }, 'dimensions'],
    ['token ids', { input: [1, 2] }, 'input[0]'],
    ['lists of token ids', { input: [[1], [2]] }, 'input[0]'],
    ['an empty text', { input: '' }, 'input'],
    ['an empty text among others', { input: ['a', ''] }, 'input[1]'],
    ['another encoding', { encoding_format: 'hex' }, 'encoding_format'],
  ])('refuses %s by name', async (_, fields, param) => {
    const answer = await post(fields);
    expect([answer.statusCode, answer.json().error.param]).toEqual([400, param]);
  });
});
