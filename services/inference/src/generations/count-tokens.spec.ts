import { describe, expect, it } from '@jest/globals';
import { CountTokensRequest } from '@conch/contracts/inference';
import type { ModelCatalog } from '../models/model-catalog.js';
import { CountTokens } from './count-tokens.js';

const catalog = {
  resolve: async () => ({ servingDigest: 'sha256:x' }),
  folder: async () => ({ template: null, tokenizer: { encode: (text: string) => ({ ids: [...text] }) }, contextLength: 8, longestToken: 2 }),
} as unknown as ModelCatalog;

function count(prompt: string): Promise<{ tokens: number; contextLength: number }> {
  return new CountTokens(catalog).execute('p', 'r', CountTokensRequest.fromPartial({ model: 'm', input: { $case: 'prompt', value: prompt } }));
}

describe(CountTokens.name, () => {
  it('counts a prompt beside what the model takes', async () => {
    expect(await count('abc')).toEqual({ tokens: 3, contextLength: 8 });
  });

  it('tells the fewest tokens of a text that cannot fit, without counting them', async () => {
    expect(await count('x'.repeat(17))).toEqual({ tokens: 9, contextLength: 8 });
  });
});
