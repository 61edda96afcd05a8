import { describe, expect, it } from '@jest/globals';
import type { ModelServer } from '../../triton/model-server.js';
import { TextTooLong } from '../../triton/triton.errors.js';
import type { GenerationMeter } from '../generation-meter.js';
import { Embed } from './embed.js';

const server = {
  embed: async (_name: string, texts: readonly string[]) => {
    const long = texts.indexOf('long');
    if (long >= 0) throw new TextTooLong(long, '300', 256);
    return { vectors: texts.map(() => Buffer.alloc(4)), tokens: texts.map(() => 3) };
  },
} as unknown as ModelServer;

function embed(texts: readonly string[]): ReturnType<Embed['execute']> {
  const meter = { announce: async () => undefined } as unknown as GenerationMeter;
  return new Embed(server, 'embedder', 'm', meter).execute({ projectId: 'p', requestId: 'r', model: 'm', texts, signal: new AbortController().signal });
}

describe(Embed.name, () => {
  it('adds up the tokens of all texts', async () => {
    const { vectors, promptTokens } = await embed(Array<string>(40).fill('a'));
    expect([vectors.length, promptTokens]).toEqual([40, 120]);
  });

  it('names the text that is too long by its place in the request, whatever was sent to the model together', async () => {
    await expect(embed([...Array<string>(40).fill('a'), 'long'])).rejects.toMatchObject({
      message: expect.stringContaining('input[40]: has 300 tokens; the embedding model reads at most 256'),
    });
  });
});
