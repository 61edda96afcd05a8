import type { Chunk } from './chunk.entity.js';
import { CodePoints } from './code-points.js';
import { type Section, sectionsOf } from './sections.js';
import { splitText } from './split-text.js';
import type { TokenCounter } from './token-counter.js';

export interface ChunkingRules {
  readonly isMarkdown: boolean;
  readonly maxChunkTokens: number;
  readonly chunkOverlapTokens: number;
}

/** A chunk and the texts that are embedded for it, each within the model's window and led by the headings it stands under. */
export interface CutChunk {
  readonly chunk: Chunk;
  readonly windows: readonly string[];
}

/** Headings may take this part of the window, so that most of it is left for the text. */
const HEADING_SHARE = 1 / 3;

/** Cuts a document section by section; no chunk reaches over a heading. */
export function* chunkDocument(text: string, rules: ChunkingRules, counter: TokenCounter): Generator<CutChunk> {
  const characters = new CodePoints(text);
  const limits = { maxTokens: rules.maxChunkTokens, overlapTokens: rules.chunkOverlapTokens };
  let index = 0;
  for (const section of sectionsOf(text, rules.isMarkdown)) {
    for (const { start, end, tokens } of splitText(text, section.start, section.end, limits, counter)) {
      const chunk = {
        index,
        text: text.slice(start, end),
        heading: section.headings.join(' > '),
        tokens,
        startOffset: characters.before(start),
        endOffset: characters.before(end),
      };
      const isFirst = section.startsWithHeading && text.slice(section.start, start).trim() === '';
      yield { chunk, windows: windowsOf(chunk, headingsFor(section, isFirst), counter) };
      index += 1;
    }
  }
}

/** Texts cut to what the embedding model reads, so that nothing of them is left out. */
export function windowsOf(chunk: Pick<Chunk, 'text' | 'tokens'>, headings: readonly string[], counter: TokenCounter): string[] {
  const lead = leadOf(headings, counter);
  const room = counter.windowTokens - (lead === '' ? 0 : counter.count(lead));
  const whole = lead + chunk.text;
  if (chunk.tokens <= room && counter.count(whole) <= counter.windowTokens) return [whole];
  const spans = splitText(chunk.text, 0, chunk.text.length, { maxTokens: room, overlapTokens: 0 }, counter);
  return spans.map(({ start, end }) => lead + chunk.text.slice(start, end));
}

/** A chunk that begins with its own heading need not be told it again. */
function headingsFor(section: Section, isFirst: boolean): readonly string[] {
  return isFirst ? section.headings.slice(0, -1) : section.headings;
}

/** The innermost headings that fit their share of the window. */
function leadOf(headings: readonly string[], counter: TokenCounter): string {
  for (let from = 0; from < headings.length; from += 1) {
    const lead = `${headings.slice(from).join(' > ')}\n`;
    if (counter.count(lead) <= counter.windowTokens * HEADING_SHARE) return lead;
  }
  return '';
}
