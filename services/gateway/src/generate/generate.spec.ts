import { Refusal } from '@conch/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { ScriptedModel } from '../generations/scripted-model.fixture.js';

const model = new ScriptedModel();
const NO_TEMPLATE = new Refusal('invalid', 'CHAT_TEMPLATE_MISSING', 'The model has no chat template.');

describe('GET /generate', () => {
  let gateway: TestGateway;
  let hasTemplate = true;

  beforeAll(async () => {
    const peer = model.peer ?? {};
    gateway = await startGateway({
      generation: {
        ...peer,
        generate: (request, call) => {
          if (!hasTemplate && request.input?.$case === 'chatJson') throw NO_TEMPLATE;
          return peer.generate?.(request, call) ?? (async function* () {})();
        },
      },
    });
  }, 60_000);

  beforeEach(() => {
    model.reset();
    hasTemplate = true;
  });
  afterAll(() => gateway.stop(), 60_000);

  it('answers a question with the default model', async () => {
    const answer = await gateway.request('GET', '/generate?prompt=Who%20are%20you%3F&max_tokens=9');
    expect(answer.json()).toEqual({ generated_text: 'Hello there!' });
    expect(model.asked[0]?.request).toMatchObject({
      model: 'conch-tiny',
      input: { $case: 'chatJson', value: '{"messages":[{"role":"user","content":"Who are you?"}]}' },
      sampling: { maxTokens: 9 },
    });
  });

  it('writes on from the text with a model that does not chat', async () => {
    hasTemplate = false;
    const answer = await gateway.request('GET', '/generate?prompt=Once&model=plain');
    expect(answer.json()).toEqual({ generated_text: 'Hello there!' });
    expect(model.asked[0]?.request).toMatchObject({ model: 'plain', input: { $case: 'prompt', value: 'Once' } });
  });

  it('names its own fields when the model refuses, and takes numbers in plain digits only', async () => {
    model.script = [new Refusal('invalid', 'CONTEXT_LENGTH_EXCEEDED', 'It is too long. Shorten the messages.', { param: 'messages' })];
    const answer = await gateway.request('GET', '/generate?prompt=x&temperature=0.5');
    expect(answer.json().error).toMatchObject({ param: 'prompt', message: 'It is too long. Shorten the prompt.' });
    for (const [name, value] of [
      ['max_tokens', '0x2'],
      ['max_tokens', '2147483648'],
      ['temperature', '1e0'],
    ]) {
      const refused = await gateway.request('GET', `/generate?prompt=x&${name}=${value}`);
      expect([refused.statusCode, refused.json().error.param]).toEqual([400, name]);
    }
  });

  it('asks for the prompt and for a key', async () => {
    const without = await gateway.request('GET', '/generate');
    expect([without.statusCode, without.json().error.param]).toEqual([400, 'prompt']);
    expect((await gateway.request('GET', '/generate?prompt=x', { key: null })).statusCode).toBe(401);
  });
});
