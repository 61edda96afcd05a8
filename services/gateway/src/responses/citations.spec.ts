import { describe, expect, it } from '@jest/globals';
import { type Passage, citationsOf } from './citations.js';

const LIBRARY: Passage = {
  fileId: 'file-library',
  filename: 'library.md',
  text: 'The reef library opens at nine o’clock. It has 4,120 books, and it is closed on Monday.',
};
const FERRY: Passage = { fileId: 'file-ferry', filename: 'ferry.md', text: 'The ferry to the island leaves at nine. A ticket costs 12 shells.' };
const CHINESE: Passage = { fileId: 'file-zh', filename: 'zh.md', text: '珊瑚图书馆九点开门。星期一闭馆。' };

const cite = (answer: string, ...passages: Passage[]) => citationsOf(answer, passages).map(({ index, file_id }) => [file_id, [...answer][index]]);

describe(citationsOf.name, () => {
  it('cites the passage that the answer quotes, at the last character of what it supports', () => {
    const answer = "The reef library opens at nine o'clock.";
    expect(citationsOf(answer, [FERRY, LIBRARY])).toEqual([
      { type: 'file_citation', index: answer.length - 1, file_id: 'file-library', filename: 'library.md' },
    ]);
  });

  it('cites nothing for an answer that shares no words in a row with any passage', () => {
    expect(cite('I do not know.', LIBRARY, FERRY)).toEqual([]);
    expect(cite('It is on the island of the moon.', LIBRARY, FERRY)).toEqual([]);
    expect(cite('', LIBRARY)).toEqual([]);
  });

  it('cites each sentence by itself, and none for a sentence of the model’s own', () => {
    const answer = 'The ferry to the island leaves at nine. Bring a hat! The library is closed on Monday.';
    expect(cite(answer, LIBRARY, FERRY)).toEqual([
      ['file-ferry', '.'],
      ['file-library', '.'],
    ]);
    expect(citationsOf(answer, [LIBRARY, FERRY])[0]?.index).toBe(answer.indexOf('. Bring'));
  });

  it('sets one mark at the end of sentences in a row that stand on one file', () => {
    const answer = "The reef library opens at nine o'clock. It has 4,120 books.";
    expect(citationsOf(answer, [LIBRARY]).map(({ index }) => index)).toEqual([answer.length - 1]);
  });

  it('prefers the better hit when two passages say the same', () => {
    expect(cite('The ferry to the island leaves at nine.', FERRY, { ...FERRY, fileId: 'file-copy' })).toEqual([['file-ferry', '.']]);
  });

  it('cites an answer of one word that stands in a passage, unless every passage has such words', () => {
    expect(cite('Monday', FERRY, LIBRARY)).toEqual([['file-library', 'y']]);
    expect(cite('The', FERRY, LIBRARY)).toEqual([]);
    expect(cite('九点。', CHINESE)).toEqual([['file-zh', '。']]);
    expect(cite('九。', CHINESE)).toEqual([]);
  });

  it('reads Chinese, and counts characters as Python does', () => {
    const answer = '🐚 珊瑚图书馆九点开门。';
    expect(cite(answer, LIBRARY, CHINESE)).toEqual([['file-zh', '。']]);
    expect(citationsOf(answer, [CHINESE])[0]?.index).toBe([...answer].length - 1);
  });
});
