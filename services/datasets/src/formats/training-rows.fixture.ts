import fc from 'fast-check';
import { type LintReport, TrainingFileLint } from './training-file-lint.js';

/** A message as authors write it. */
export interface WrittenMessage {
  readonly role: string;
  readonly content: string;
}

/** Texts that may be trained on: any characters but lone surrogates and zero, and not blank. */
export const aText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => /\S/.test(text) && !text.includes('\0') && text.isWellFormed());

/** Sound conversations: a system message or none, then user and assistant in turn. */
export const aConversation: fc.Arbitrary<WrittenMessage[]> = fc
  .tuple(fc.option(aText, { nil: null }), fc.array(fc.tuple(aText, aText), { minLength: 1, maxLength: 3 }))
  .map(([system, exchanges]) => [
    ...(system === null ? [] : [{ role: 'system', content: system }]),
    ...exchanges.flatMap(([user, assistant]) => [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ]),
  ]);

/** What a lint made of a file. */
export interface Linted {
  readonly report: LintReport;
  readonly canonical: string;
}

/** Lints a file whose bytes arrive in chunks of the given size. */
export function lint(file: string | Buffer, options: { chunkBytes?: number; maxRowBytes?: number; lastAnswerOnly?: boolean } = {}): Linted {
  const bytes = Buffer.from(file);
  const subject = new TrainingFileLint({ maxRowBytes: options.maxRowBytes ?? 65_536, maxFindings: 20, lastAnswerOnly: options.lastAnswerOnly ?? false });
  const chunkBytes = options.chunkBytes ?? bytes.length + 1;
  const output: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) output.push(subject.push(bytes.subarray(at, at + chunkBytes)));
  output.push(subject.end());
  return { report: subject.report, canonical: Buffer.concat(output).toString('utf8') };
}

/** A JSON Lines file of chat rows. */
export function chatFile(conversations: readonly unknown[]): string {
  return conversations.map((messages) => `${JSON.stringify({ messages })}\n`).join('');
}

/** A sound row on one line. */
export const SOUND_ROW = JSON.stringify({
  messages: [
    { role: 'user', content: 'Will it rain?' },
    { role: 'assistant', content: 'No.' },
  ],
});
