/** What a text is found by, word for word. */
export interface Terms {
  /** The text without the scripts below; Postgres cuts it into words and takes their stems. */
  readonly words: string;
  /** Pairs of neighbouring characters of scripts that put no spaces between words. */
  readonly pairs: readonly string[];
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;
/** Postgres refuses a text of more than a megabyte for its words. */
const MAX_WORD_CHARACTERS = 250_000;

/** Takes a text apart for the lexical index; queries are taken apart the same way. */
export function termsOf(text: string): Terms {
  const normal = text.normalize('NFKC').toLowerCase();
  const pairs = new Set<string>();
  for (const [run] of normal.matchAll(UNSPACED)) {
    const characters = [...run];
    if (characters.length === 1) pairs.add(run);
    for (let at = 0; at + 1 < characters.length; at += 1) pairs.add(`${characters[at]}${characters[at + 1]}`);
  }
  const words = normal.replace(UNSPACED, ' ').replaceAll('\0', ' ');
  return { words: words.slice(0, MAX_WORD_CHARACTERS), pairs: [...pairs] };
}
