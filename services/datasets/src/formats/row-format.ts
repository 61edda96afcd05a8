import { readAlpaca } from './alpaca.js';
import type { Report } from './finding.js';
import { readOpenAiChat } from './openai-chat.js';
import type { Turn } from './turn.js';

type RowReader = (row: Readonly<Record<string, unknown>>, report: Report) => readonly Turn[] | null;

/** The formats that rows are taken in, each with what reads a row of it. */
export const ROW_FORMATS = {
  'openai-chat': readOpenAiChat,
  alpaca: readAlpaca,
} as const satisfies Record<string, RowReader>;

/** The name of a format, as a dataset version carries it. */
export type RowFormat = keyof typeof ROW_FORMATS;

/** How rows of the formats look, for refusals. */
export const FORMATS_IN_WORDS = 'OpenAI chat ({"messages": [{"role", "content"}, …]}) or alpaca ({"instruction", "input", "output"})';

/** Rows of formats that are known by sight and not taken, with what to do. */
const NOT_TAKEN: readonly { readonly key: string; readonly name: string; readonly wayOut: string }[] = [
  { key: 'preferred_output', name: 'preference rows', wayOut: 'supervised training needs one answer a row: write the preferred one as the assistant message' },
  { key: 'chosen', name: 'preference rows', wayOut: 'supervised training needs one answer a row: write the chosen one as the assistant message' },
  {
    key: 'conversations',
    name: 'ShareGPT rows',
    wayOut: 'rename conversations to messages, from to role (human to user, gpt to assistant) and value to content',
  },
  { key: 'completion', name: 'prompt and completion rows', wayOut: 'rename prompt to instruction and completion to output' },
  { key: 'role', name: 'single messages', wayOut: 'put the messages of one conversation into one row: {"messages": [ … ]}' },
  { key: 'text', name: 'plain texts', wayOut: `write ${FORMATS_IN_WORDS}` },
];

/** Tells a row's format by its fields; null when it is none of those that are taken. */
export function detectFormat(row: Readonly<Record<string, unknown>>): RowFormat | null {
  if (Object.hasOwn(row, 'messages')) return 'openai-chat';
  return Object.hasOwn(row, 'instruction') || Object.hasOwn(row, 'output') ? 'alpaca' : null;
}

/** Says which format a row has that is not taken, or which fields it has. */
export function reportUnknownFormat(row: Readonly<Record<string, unknown>>, report: Report): void {
  const known = NOT_TAKEN.find(({ key }) => Object.hasOwn(row, key));
  if (known !== undefined) {
    report(known.key, `${known.name} are not taken for supervised training`, known.wayOut);
    return;
  }
  const fields = Object.keys(row).slice(0, 5).join(', ').slice(0, 60);
  report('', fields === '' ? 'the row has no fields' : `the format is not known: the row has ${fields.toWellFormed()}`, `write ${FORMATS_IN_WORDS}`);
}
