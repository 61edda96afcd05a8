import type { FileCitationView } from './response-schemas.js';
import { type Span, type Word, isUnspaced, sentencesOf, wordsOf } from './words.js';

/** A passage that an answer was given from. */
export interface Passage {
  readonly fileId: string;
  readonly filename: string;
  readonly text: string;
}

/** Shorter common stretches are chance: "of the", "is in". A character of Chinese counts half a word. */
const MIN_RUN_WEIGHT = 3;
/** An answer may be one word, or two characters of Chinese; one character is chance. */
const MIN_WHOLE_WEIGHT = 1;
/** Words that stand in every passage and so prove nothing alone. */
const COMMON = new Set('a an and are as at be by for from in is it of on or that the this to was were with'.split(' '));

/**
 * Which files an answer stands on. Each sentence is credited to the passage with which it has most words in a row in common, the
 * better hit when several have; a sentence that shares no such stretch with any passage has no citation.
 */
export function citationsOf(answer: string, passages: readonly Passage[]): FileCitationView[] {
  const read = passages.map((passage) => ({ passage, words: wordsOf(passage.text) }));
  const citations: FileCitationView[] = [];
  for (const sentence of sentencesOf(answer)) {
    const words = wordsOf(answer.slice(sentence.start, sentence.end));
    let best: Passage | null = null;
    let most = 0;
    for (const candidate of read) {
      const weight = commonWeight(words, candidate.words);
      if (weight > most) {
        most = weight;
        best = candidate.passage;
      }
    }
    if (best === null) continue;
    const citation: FileCitationView = { type: 'file_citation', index: lastCharacter(answer, sentence), file_id: best.fileId, filename: best.filename };
    // One mark at the end is enough for sentences in a row that stand on the same file.
    if (citations.at(-1)?.file_id === citation.file_id) citations.pop();
    citations.push(citation);
  }
  return citations;
}

/** The weight of all stretches of a sentence that stand in the passage word for word, and are long enough to be no chance. */
function commonWeight(sentence: readonly Word[], passage: readonly Word[]): number {
  let weight = 0;
  for (let at = 0; at < sentence.length; ) {
    const length = longestRunAt(sentence, at, passage);
    const run = sentence.slice(at, at + length);
    const runWeight = weightOf(run);
    const isWhole = length === sentence.length && runWeight >= MIN_WHOLE_WEIGHT && run.some(({ text }) => !COMMON.has(text));
    if (runWeight >= MIN_RUN_WEIGHT || isWhole) weight += runWeight;
    at += Math.max(1, length);
  }
  return weight;
}

function longestRunAt(sentence: readonly Word[], from: number, passage: readonly Word[]): number {
  let longest = 0;
  for (let start = 0; start < passage.length; start += 1) {
    let length = 0;
    while (from + length < sentence.length && passage[start + length]?.text === sentence[from + length]?.text) length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

function weightOf(run: readonly Word[]): number {
  return run.reduce((sum, word) => sum + (isUnspaced(word) ? 0.5 : 1), 0);
}

/** The place of a span's last character, counted in code points as Python counts them. */
function lastCharacter(text: string, { end }: Span): number {
  return [...text.slice(0, end)].length - 1;
}
