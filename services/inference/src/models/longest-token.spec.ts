import { describe, expect, it } from '@jest/globals';
import { longestTokenOf } from './longest-token.js';

describe(longestTokenOf.name, () => {
  it('reads vocabularies of every kind', () => {
    expect(longestTokenOf({ model: { vocab: { a: 0, Ġword: 1 } } })).toBe(5);
    expect(
      longestTokenOf({
        model: {
          vocab: [
            ['a', -1],
            ['abc', -2],
          ],
        },
      }),
    ).toBe(3);
  });

  it('takes added tokens into account', () => {
    expect(longestTokenOf({ model: { vocab: { a: 0 } }, added_tokens: [{ content: '<|end|>' }] })).toBe(7);
  });
});
