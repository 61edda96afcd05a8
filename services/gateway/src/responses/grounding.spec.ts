import { describe, expect, it } from '@jest/globals';
import { nothingFound, passageText, passagesMessage, promptOf } from './grounding.js';

describe(passagesMessage.name, () => {
  it('numbers the passages under the words that the base model was trained on', () => {
    expect(passagesMessage(['One.', 'Two.'])).toBe('Answer from these passages.\n[1] One.\n[2] Two.');
  });
});

describe(passageText.name, () => {
  it('puts a passage into one line and takes the marks off its headings', () => {
    expect(passageText({ text: '## Hours ##\n\nOpen at nine.\n  Closed on Monday. ' })).toBe('Hours Open at nine. Closed on Monday.');
  });
});

describe('a heading', () => {
  it.each([
    ['stays when it says what the text does not', '## Hours\n\nNine to five.', 'Hours Nine to five.'],
    ['goes when the text repeats it', '## Ferry\n\nThe ferry has 86 seats.', 'The ferry has 86 seats.'],
    ['goes when the text repeats it, in Chinese too', '## 图书馆\n\n旧图书馆九点关门。', '旧图书馆九点关门。'],
    ['stays when it is all that there is', '# The handbook', 'The handbook'],
  ])('%s', (_, text, line) => {
    expect(passageText({ text })).toBe(line);
  });
});

describe(promptOf.name, () => {
  it('puts all that instructs the model into one message at the front', () => {
    const turns = [
      { role: 'user' as const, content: 'Hi' },
      { role: 'system' as const, content: 'Be kind.' },
    ];
    expect(promptOf(turns, 'Be brief.', ['One.'])).toEqual([
      { role: 'system', content: 'Be brief.\n\nBe kind.\n\nAnswer from these passages.\n[1] One.' },
      { role: 'user', content: 'Hi' },
    ]);
  });

  it('leaves a conversation without instructions as it is', () => {
    expect(promptOf([{ role: 'user', content: 'Hi' }], null, [])).toEqual([{ role: 'user', content: 'Hi' }]);
  });
});

describe(nothingFound.name, () => {
  it('speaks the language of the question', () => {
    expect([nothingFound('When?'), nothingFound('几点?')]).toEqual(['The documents do not say.', '文档中没有提到这一点。']);
  });
});
