const LETTERS = 'abcdefghijklmnopqrstuvwxyz ';

/**
 * Prompts that nothing has seen before, so that no cache can help. The random model's tokenizer has one token for each of their characters.
 * @param {number} seed
 */
export function* freshPrompts(seed, characters = 64) {
  let state = seed;
  for (;;) {
    let prompt = '';
    while (prompt.length < characters) {
      // A generator of Lehmer's: good enough to mix letters, and the same prompts in every run.
      state = (state * 48_271) % 2_147_483_647;
      prompt += LETTERS[state % LETTERS.length];
    }
    yield prompt;
  }
}
