import { z } from 'zod';

/** BPE and WordPiece keep their tokens as keys, Unigram as pairs with a score. */
const Tokens = z.looseObject({
  model: z.looseObject({ vocab: z.unknown() }),
  added_tokens: z.array(z.looseObject({ content: z.string() })).nullish(),
});

/**
 * Characters of the longest token in a `tokenizer.json`. Byte-level vocabularies write one character a byte, so that no token stands
 * for more characters of a text than it is long itself.
 */
export function longestTokenOf(tokenizer: unknown): number {
  const { model, added_tokens: added } = Tokens.parse(tokenizer);
  let longest = 1;
  for (const token of tokensOf(model.vocab)) longest = Math.max(longest, token.length);
  for (const { content } of added ?? []) longest = Math.max(longest, content.length);
  return longest;
}

function* tokensOf(vocabulary: unknown): Iterable<string> {
  if (typeof vocabulary !== 'object' || vocabulary === null) return;
  if (!Array.isArray(vocabulary)) {
    yield* Object.keys(vocabulary);
    return;
  }
  for (const entry of vocabulary as unknown[]) {
    const token: unknown = Array.isArray(entry) ? entry[0] : entry;
    if (typeof token === 'string') yield token;
  }
}
