import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WordCounter } from '../retrieval.fixture.js';
import type { Chunk } from './chunk.entity.js';
import { chunkDocument } from './chunk-document.js';

const counter = new WordCounter();

function cut(text: string, rules: { isMarkdown?: boolean; max?: number; overlap?: number } = {}): Chunk[] {
  const { isMarkdown = false, max = 100, overlap = 0 } = rules;
  return [...chunkDocument(text, { isMarkdown, maxChunkTokens: max, chunkOverlapTokens: overlap }, counter)].map(({ chunk }) => chunk);
}

/** What a reader of a citation cuts out of the original: characters, not halves of them. */
function cited(text: string, { startOffset, endOffset }: Chunk): string {
  return [...text].slice(startOffset, endOffset).join('');
}

const ENGLISH = Array.from({ length: 40 }, (_, at) => `Shell number ${at} lies on the beach, and the tide takes it away at noon.`).join(' ');
const CHINESE = Array.from({ length: 40 }, (_, at) => `第${at}号海螺躺在沙滩上，中午潮水把它带走。`).join('');

describe(chunkDocument.name, () => {
  it.each([
    ['English', ENGLISH],
    ['Chinese', CHINESE],
  ])('cuts %s between sentences and within the limit', (_language, text) => {
    const chunks = cut(text);
    expect(chunks.length).toBeGreaterThan(3);
    for (const chunk of chunks) {
      expect(chunk.tokens).toBeLessThanOrEqual(100);
      expect(chunk.text).toMatch(/[.。]$/);
    }
  });

  it.each([
    ['English', ENGLISH],
    ['Chinese', CHINESE],
    ['text with characters beyond the basic plane', ENGLISH.replaceAll('Shell', '🐚 𠮷 shell')],
  ])('gives the offsets at which %s holds the chunk', (_language, text) => {
    for (const chunk of cut(text, { overlap: 30 })) expect(cited(text, chunk)).toBe(chunk.text);
  });

  it('gives offsets that JavaScript can slice by where every character takes one place', () => {
    for (const chunk of cut(CHINESE, { overlap: 20 })) expect(CHINESE.slice(chunk.startOffset, chunk.endOffset)).toBe(chunk.text);
  });

  it('begins each chunk with the end of the one before, as far as the overlap allows', () => {
    const chunks = cut(ENGLISH, { overlap: 40 });
    chunks.slice(1).forEach((chunk, at) => {
      const before = chunks[at];
      const shared = ENGLISH.slice(chunk.startOffset, before?.endOffset);
      expect(before?.text.endsWith(shared)).toBe(true);
      expect(counter.count(shared)).toBeGreaterThan(0);
      expect(counter.count(shared)).toBeLessThanOrEqual(40);
    });
  });

  it('leaves nothing out and repeats nothing without an overlap', () => {
    expect(
      cut(CHINESE)
        .map((chunk) => chunk.text)
        .join(''),
    ).toBe(CHINESE);
  });

  it('keeps offsets exact and every letter, whatever the text', () => {
    const piece = fc.constantFrom('a', 'word ', '海', '。', '. ', '\n', '\n\n', '# h\n', '🐚', '```\n', '\t', 'x'.repeat(30));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), fc.boolean(), fc.nat(8), (pieces, isMarkdown, overlap) => {
        const text = pieces.join('');
        const chunks = cut(text, { isMarkdown, max: 16, overlap });
        let covered = 0;
        for (const chunk of chunks) {
          expect(cited(text, chunk)).toBe(chunk.text);
          expect([...text].slice(covered, chunk.startOffset).join('').replaceAll('#', '').replaceAll('h', '').trim()).toBe('');
          covered = Math.max(covered, chunk.endOffset);
        }
        expect([...text].slice(covered).join('').trim()).toBe('');
      }),
    );
  });

  it('cuts a word that is longer than a chunk, and a script without spaces, into parts that fit', () => {
    const chunks = cut('海'.repeat(350));
    expect(chunks.map((chunk) => chunk.tokens).every((tokens) => tokens <= 100)).toBe(true);
    expect(chunks.map((chunk) => chunk.text).join('')).toBe('海'.repeat(350));
  });

  it('keeps the headings above a passage, and lets none reach over a heading', () => {
    const text = '# Shells\n\nAll of them.\n\n## Conch\n\nIt is loud.\n\n# Tides\n\nThey come twice.\n';
    expect(cut(text, { isMarkdown: true }).map(({ heading, text: part }) => [heading, part.split('\n').at(-1)])).toEqual([
      ['Shells', 'All of them.'],
      ['Shells > Conch', 'It is loud.'],
      ['Tides', 'They come twice.'],
    ]);
  });

  it('takes no comment in a code block for a heading', () => {
    expect(cut('```sh\n# not a heading\n```\ntext', { isMarkdown: true })).toMatchObject([{ heading: '' }]);
  });

  it('has underlined headings as well', () => {
    expect(cut('Shells\n======\n\nLoud.', { isMarkdown: true })).toMatchObject([{ heading: 'Shells' }]);
  });

  it('leads what is embedded with the headings, once', () => {
    const text = '# Shells\n\n## Conch\n\nIt is loud.';
    const [first] = chunkDocument(text, { isMarkdown: true, maxChunkTokens: 100, chunkOverlapTokens: 0 }, counter);
    expect(first?.windows).toEqual(['Shells\n## Conch\n\nIt is loud.']);
  });

  it('embeds a chunk that is longer than the model reads in several parts', () => {
    const [first] = chunkDocument(ENGLISH, { isMarkdown: false, maxChunkTokens: 100, chunkOverlapTokens: 0 }, new WordCounter(40));
    expect(first?.windows.length).toBeGreaterThan(2);
    expect(first?.windows.every((part) => counter.count(part) <= 40)).toBe(true);
  });
});
