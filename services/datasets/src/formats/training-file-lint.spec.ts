import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeFinding } from './finding.js';
import { TrainingFileLint } from './training-file-lint.js';
import { SOUND_ROW, aConversation, chatFile, lint } from './training-rows.fixture.js';

const GOOD = { role: 'user', content: 'q' };
const ANSWER = { role: 'assistant', content: 'a' };

function firstFinding(file: string | Buffer, options?: Parameters<typeof lint>[1]): string {
  const [finding] = lint(file, options).report.findings;
  return finding === undefined ? 'nothing' : describeFinding(finding);
}

describe(TrainingFileLint.name, () => {
  it('accepts every sound conversation, whatever the chunks it arrives in', () => {
    fc.assert(
      fc.property(fc.array(aConversation, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (conversations, chunkBytes) => {
        const { report, canonical } = lint(chatFile(conversations), { chunkBytes });
        expect(report).toMatchObject({ format: 'openai-chat', rows: conversations.length, problems: 0 });
        expect(
          canonical
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as unknown),
        ).toEqual(conversations.map((messages) => ({ messages })));
      }),
    );
  });

  it('writes the same rows for the same data in every formatting', () => {
    fc.assert(
      fc.property(fc.array(aConversation, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 40 }), (conversations, chunkBytes) => {
        const rows = conversations.map((messages) => ({ messages }));
        const plain = lint(chatFile(conversations)).canonical;
        const files = [
          `\ufeff\r\n${rows.map((row) => JSON.stringify(row)).join('\r\n\r\n')}`,
          JSON.stringify(rows),
          JSON.stringify(rows, null, 2),
          `\n [${rows.map((row) => JSON.stringify({ id: 7, ...row }, null, '\t')).join(' ,\n\n')} ] \n`,
        ];
        for (const file of files) expect(lint(file, { chunkBytes }).canonical).toBe(plain);
      }),
    );
  });

  it('writes the same row for alpaca and chat with the same words', () => {
    const chat = chatFile([
      [{ role: 'system', content: 's' }, { role: 'user', content: 'old' }, { role: 'assistant', content: 'was' }, { role: 'user', content: 'q\nmore' }, ANSWER],
    ]);
    const alpaca = JSON.stringify([{ instruction: 'q', input: 'more', output: 'a', system: 's', history: [['old', 'was']] }]);
    expect(lint(alpaca).canonical).toBe(lint(chat).canonical);
  });

  it('tells the line of a broken row among sound ones', () => {
    const breakages: readonly [string, string][] = [
      ['{"messages": [{"role": "user"', 'ends too early'],
      ['not JSON', 'no valid JSON'],
      ['[1]', 'a list instead of an object'],
      ['{"messages": []}', 'is empty'],
      ['{"messages": [{"role":"robot","content":"x"}]}', 'unknown role'],
    ];
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.nat(20),
        fc.constantFrom(...breakages),
        fc.boolean(),
        fc.integer({ min: 1, max: 99 }),
        (before, after, [row, problem], hasBlank, chunkBytes) => {
          const gap = hasBlank ? '\r\n\n' : '\n';
          const file = [...Array<string>(before + 1).fill(SOUND_ROW), row, ...Array<string>(after).fill(SOUND_ROW), ''].join(gap);
          const { report } = lint(file, { chunkBytes });
          expect(report.problems).toBe(1);
          expect(report.findings[0]).toMatchObject({ line: (before + 1) * (hasBlank ? 2 : 1) + 1 });
          expect(report.findings[0]?.problem).toContain(problem);
        },
      ),
    );
  });

  it('names the field of a breakage', () => {
    const cases: readonly [unknown, string][] = [
      [[GOOD, { role: 'robot', content: 'x' }], 'line 1, messages[1].role: unknown role "robot"; use system, user or assistant'],
      [[GOOD, { content: 'x' }], 'line 1, messages[1].role: is missing; use system, user or assistant'],
      [
        [GOOD, { role: 'assistant', content: 5 }],
        'line 1, messages[1].content: is 5 instead of a text; write the answer that the model is to learn, or remove the row',
      ],
      [[GOOD, { role: 'assistant', content: ' \n' }], 'line 1, messages[1].content: is blank; write the answer that the model is to learn, or remove the row'],
      [[GOOD, { role: 'assistant' }], 'line 1, messages[1].content: is missing; write the answer that the model is to learn, or remove the row'],
      [[GOOD], 'line 1, messages: has no assistant message; add the answer that the model is to learn'],
      [[GOOD, ANSWER, GOOD], "line 1, messages[2].role: the last message is the user's; end the row with the assistant message that the model is to learn"],
      [
        [GOOD, GOOD, ANSWER],
        'line 1, messages[1].role: two user messages follow each other; let user and assistant take turns; join what belongs together into one message',
      ],
      [
        [GOOD, ANSWER, { role: 'system', content: 's' }],
        'line 1, messages[2].role: a system message stands after the beginning; keep one system message, as the first of the row',
      ],
      [[ANSWER], 'line 1, messages[0].role: the conversation begins with the assistant; begin with a user message (after the system message, if there is one)'],
      [[GOOD, { ...ANSWER, weight: 0.5 }], 'line 1, messages[1].weight: is 0.5; use 1 to train on the message, 0 to leave it out, or no weight at all'],
      [
        [GOOD, { ...ANSWER, weight: 0 }],
        'line 1, messages: every assistant message has weight 0, so that nothing is learnt; give one of them weight 1, or remove the row',
      ],
      ['x', 'line 1, messages: is a text instead of a list; write "messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]'],
      [[7], 'line 1, messages[0]: is a number instead of an object; write {"role": "…", "content": "…"}'],
    ];
    for (const [messages, expected] of cases) expect(firstFinding(chatFile([messages]))).toBe(expected);
  });

  it('refuses tool use by its name instead of dropping it', () => {
    const called = { role: 'assistant', content: null, tool_calls: [{ id: 'c1' }] };
    expect(firstFinding(chatFile([[GOOD, called]]))).toContain('messages[1].tool_calls: the message calls tools');
    expect(firstFinding(chatFile([[GOOD, { role: 'tool', content: 'x' }]]))).toContain('the role "tool" brings a tool\'s result');
    expect(firstFinding(JSON.stringify({ messages: [GOOD, ANSWER], tools: [{}] }))).toContain('line 1, tools: the row offers tools');
  });

  it('refuses fields that nothing would read, in rows and in messages', () => {
    const known = 'the field is not known; remove it, or correct its name; known are';
    expect(firstFinding(JSON.stringify({ messages: [GOOD, ANSWER], foo: 1 }))).toContain(`line 1, foo: ${known} messages, tools`);
    expect(firstFinding(chatFile([[GOOD, { ...ANSWER, wieght: 0 }]]))).toContain(`line 1, messages[1].wieght: ${known} role, content`);
    expect(firstFinding(JSON.stringify({ instruction: 'q', imput: 'x', output: 'a' }))).toContain(`line 1, imput: ${known} instruction, input`);
    const { report } = lint(JSON.stringify({ messages: [GOOD, { ...ANSWER, foo: 1 }], bar: 2, gone: null }));
    expect(report.findings.map(({ field }) => field)).toEqual(['bar', 'messages[1].foo']);
  });

  it('passes over fields that tables leave empty', () => {
    const row = {
      messages: [
        { ...GOOD, name: null, tool_calls: null, weight: null },
        { ...ANSWER, weight: 1 },
      ],
      tools: null,
    };
    expect(lint(JSON.stringify(row)).canonical).toBe(lint(chatFile([[GOOD, ANSWER]])).canonical);
    expect(lint(JSON.stringify({ instruction: 'q', input: null, output: 'a', system: '', history: null })).canonical).toBe(
      lint(chatFile([[GOOD, ANSWER]])).canonical,
    );
  });

  it('takes a list of texts as one text, and no picture', () => {
    const parts = [
      { type: 'text', text: 'one ' },
      { type: 'text', text: 'two' },
    ];
    expect(lint(chatFile([[{ role: 'user', content: parts }, ANSWER]])).canonical).toContain('"one two"');
    expect(firstFinding(chatFile([[{ role: 'user', content: [...parts, { type: 'image_url' }] }, ANSWER]]))).toContain(
      'messages[0].content: holds parts that are no texts',
    );
  });

  it('says which alpaca field is wrong', () => {
    const cases: readonly [object, string][] = [
      [{ instruction: 'q' }, 'line 1, output: is missing'],
      [{ output: 'a' }, 'line 1, instruction: is missing'],
      [{ instruction: 'q', output: ['a'] }, 'line 1, output: is a list instead of a text'],
      [{ instruction: 'q', output: '  ' }, 'line 1, output: is blank'],
      [{ instruction: 'q', output: 'a', history: [['x']] }, 'line 1, history[0]: is not a pair'],
      [{ instruction: 'q', output: 'a', history: [['x', 3]] }, 'line 1, history[0][1]: is 3 instead of a text'],
    ];
    for (const [row, expected] of cases) expect(firstFinding(JSON.stringify(row))).toContain(expected);
  });

  it('names formats that it knows by sight and does not take', () => {
    expect(firstFinding('{"conversations": []}')).toContain('ShareGPT rows are not taken for supervised training; rename conversations to messages');
    expect(firstFinding('{"prompt": "q", "completion": "a"}')).toContain('prompt and completion rows');
    expect(firstFinding('{"role": "user", "content": "q"}')).toContain('put the messages of one conversation into one row');
    expect(firstFinding('{"question": "q"}')).toContain('the format is not known: the row has question');
    expect(firstFinding(`${SOUND_ROW}\n{"instruction": "q", "output": "a"}`)).toBe(
      'line 2: the row is alpaca, but the file began as openai-chat on line 1; keep one format a file',
    );
  });

  it('says what a file is that is no text with rows', () => {
    expect(firstFinding('  \n \n')).toContain('the file holds no rows');
    expect(firstFinding('[]')).toContain('the file holds no rows');
    expect(firstFinding(Buffer.from([0x1f, 0x8b, 8, 0]))).toContain('compressed with gzip');
    expect(firstFinding(Buffer.from('PK\u0003\u0004'))).toContain('zip archive');
    expect(firstFinding(Buffer.from(`\ufeff${SOUND_ROW}`, 'utf16le'))).toContain('UTF-16');
    expect(firstFinding(Buffer.concat([Buffer.from(`${SOUND_ROW}\n{"messages": "`), Buffer.from([0xe9]), Buffer.from('"}\n')]))).toBe(
      'line 2: the row is not UTF-8; save the file in the encoding UTF-8',
    );
    expect(firstFinding('{"messages": "\0"}')).toContain('line 1: the row holds a zero byte');
    expect(firstFinding(chatFile([[{ role: 'user', content: 'x\0' }, ANSWER]]))).toContain('messages[0].content: holds a zero character');
    expect(firstFinding('{"instruction": "\\ud83d", "output": "a"}')).toContain('instruction: holds half of a surrogate pair');
  });

  it('says that the last line is cut off', () => {
    expect(firstFinding(`${SOUND_ROW}\n${SOUND_ROW.slice(0, 40)}`)).toContain('line 2: the last line is cut off');
  });

  it('tells where a JSON list breaks, and that it does not end', () => {
    const rows = JSON.stringify([JSON.parse(SOUND_ROW), JSON.parse(SOUND_ROW)], null, 1);
    expect(firstFinding(rows.slice(0, -30))).toContain('the row that begins here does not end');
    expect(firstFinding(rows.slice(0, -1))).toContain('the file ends before its list does');
    expect(firstFinding(`[${SOUND_ROW}\n${SOUND_ROW}]`)).toContain('line 2: a comma is missing between two rows');
    expect(firstFinding(`[${SOUND_ROW},\n\n]`)).toContain('line 3: a comma stands before the closing ]');
    expect(firstFinding(`[${SOUND_ROW},,${SOUND_ROW}]`)).toContain('a row is missing between two commas');
    expect(firstFinding(`[${SOUND_ROW}]\n${SOUND_ROW}`)).toContain("line 2: something stands after the list's closing ]");
    expect(firstFinding(`[${SOUND_ROW},\n{\n"messages":\noops}]`)).toContain('line 4: the row is no valid JSON');
    expect(firstFinding(`[${SOUND_ROW}, 7, ${SOUND_ROW}]`)).toContain('the row is a number instead of an object');
    expect(firstFinding('{\n  "messages": []\n}')).toContain('JSON Lines has one whole object a line');
  });

  it('caps a row without losing the count of lines', () => {
    const long = JSON.stringify({ instruction: 'x'.repeat(500), output: 'a' });
    for (const chunkBytes of [7, 64, 4_096]) {
      const lines = lint(`${SOUND_ROW}\n${long}\n${SOUND_ROW}\nbroken\n`, { maxRowBytes: 200, chunkBytes }).report.findings.map(({ line }) => line);
      expect(lines).toEqual([2, 4]);
      expect(firstFinding(`[${SOUND_ROW},\n${long},\n${SOUND_ROW}]`, { maxRowBytes: 200, chunkBytes })).toContain('line 2: the row is larger than 200 bytes');
    }
  });

  it('keeps twenty findings and counts all, and writes no rows once something is wrong', () => {
    const { report, canonical } = lint(`${'broken\n'.repeat(50)}${SOUND_ROW}\n`);
    expect(report.findings).toHaveLength(20);
    expect(report.problems).toBe(50);
    expect(canonical).toBe('');
  });

  it('ends a row with each trained answer when others are left out', () => {
    const file = chatFile([
      [GOOD, { ...ANSWER, weight: 0 }, GOOD, ANSWER, GOOD, { role: 'assistant', content: 'b', weight: 1 }],
      [GOOD, ANSWER],
    ]);
    expect(lint(file).report.hasExcludedAnswers).toBe(true);
    const { report, canonical } = lint(file, { lastAnswerOnly: true });
    const rows = canonical
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { messages: { content: string }[]; last_answer_only: boolean });
    expect(rows.map(({ messages }) => messages.map(({ content }) => content).join(''))).toEqual(['qaqa', 'qaqaqb', 'qa']);
    expect(rows.every((row) => row.last_answer_only)).toBe(true);
    expect(report.rows).toBe(3);
  });
});
