/** A word of a text, or one character of a script that puts no spaces between words. */
export interface Word {
  readonly text: string;
  /** Where it ends in the text, in UTF-16 units, the end not included. */
  readonly end: number;
}

const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}](?:[\p{L}\p{N}'’]*[\p{L}\p{N}])?/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const RUN = /[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/** The words of a text in order, in lower case. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    // What begins with a digit or a Latin letter may go on in another script.
    for (const part of match[0].matchAll(RUN)) words.push({ text: part[0].toLowerCase().replaceAll('’', "'"), end: match.index + part.index + part[0].length });
  }
  return words;
}

/** Whether a word is a character of an unspaced script, which alone says less than a word does. */
export function isUnspaced(word: Word): boolean {
  return UNSPACED.test(word.text);
}

const SENTENCE_END = /[.!?](?=\s|$)|[。！？]|\n/gu;

/** A stretch of a text, in UTF-16 units, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The sentences of a text, each with its closing mark and without the space around it. */
export function sentencesOf(text: string): Span[] {
  const sentences: Span[] = [];
  let start = 0;
  for (const end of [...Array.from(text.matchAll(SENTENCE_END), (match) => match.index + match[0].length), text.length]) {
    const slice = text.slice(start, end);
    const trimmed = slice.trim();
    const from = start + slice.indexOf(trimmed);
    if (trimmed !== '') sentences.push({ start: from, end: from + trimmed.length });
    start = end;
  }
  return sentences;
}
