import type { TokenCounter } from './token-counter.js';

/** A stretch of text with its tokens. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
}

export interface SplitLimits {
  readonly maxTokens: number;
  readonly overlapTokens: number;
}

// The rules of Unicode know where Chinese and Japanese sentences and words end as well.
const SENTENCES = new Intl.Segmenter('und', { granularity: 'sentence' });
const WORDS = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * Cuts the text between two positions into spans of whole sentences of at most `maxTokens`, each beginning with up to
 * `overlapTokens` of the one before. A sentence that is too long is cut between words, a word between characters.
 */
export function splitText(text: string, from: number, to: number, limits: SplitLimits, counter: TokenCounter): Span[] {
  const units = unitsOf(text.slice(from, to), from, limits.maxTokens, counter);
  const spans: Span[] = [];
  for (let first = 0; first < units.length; ) {
    let next = fill(units, first, limits.maxTokens);
    let span = trimmed(text, units[first]?.start ?? to, units[next - 1]?.end ?? to, counter);
    // The tokens of parts need not add up to those of the whole, whatever the tokenizer.
    while (span !== null && span.tokens > limits.maxTokens && next - first > 1) {
      next -= 1;
      span = trimmed(text, units[first]?.start ?? to, units[next - 1]?.end ?? to, counter);
    }
    if (span !== null) spans.push(span);
    first = next >= units.length ? next : stepBack(units, first, next, limits);
  }
  return spans;
}

function fill(units: readonly Span[], first: number, maxTokens: number): number {
  let sum = 0;
  let next = first;
  for (let unit = units[next]; unit !== undefined && (next === first || sum + unit.tokens <= maxTokens); unit = units[next]) {
    sum += unit.tokens;
    next += 1;
  }
  return next;
}

/** Where the following span begins: as far back as the overlap allows and its first new unit leaves room for. */
function stepBack(units: readonly Span[], first: number, next: number, limits: SplitLimits): number {
  const room = Math.min(limits.overlapTokens, limits.maxTokens - (units[next]?.tokens ?? 0));
  let sum = 0;
  let begin = next;
  for (let unit = units[begin - 1]; begin - 1 > first && unit !== undefined && sum + unit.tokens <= room; unit = units[begin - 1]) {
    sum += unit.tokens;
    begin -= 1;
  }
  return begin;
}

function unitsOf(part: string, from: number, maxTokens: number, counter: TokenCounter): Span[] {
  const units: Span[] = [];
  for (const { segment, index } of SENTENCES.segment(part)) {
    const start = from + index;
    const tokens = counter.count(segment);
    if (tokens <= maxTokens) units.push({ start, end: start + segment.length, tokens });
    else for (const word of WORDS.segment(segment)) units.push(...piecesOf(word.segment, start + word.index, maxTokens, counter));
  }
  return units;
}

/** A word, halved until every part fits. */
function piecesOf(word: string, start: number, maxTokens: number, counter: TokenCounter): Span[] {
  const tokens = counter.count(word);
  const characters = [...word];
  if (tokens <= maxTokens || characters.length === 1) return [{ start, end: start + word.length, tokens }];
  const half = characters.slice(0, Math.floor(characters.length / 2)).join('');
  return [...piecesOf(half, start, maxTokens, counter), ...piecesOf(word.slice(half.length), start + half.length, maxTokens, counter)];
}

function trimmed(text: string, start: number, end: number, counter: TokenCounter): Span | null {
  const raw = text.slice(start, end);
  const kept = raw.trim();
  if (kept === '') return null;
  const begin = start + raw.length - raw.trimStart().length;
  return { start: begin, end: begin + kept.length, tokens: counter.count(kept) };
}
