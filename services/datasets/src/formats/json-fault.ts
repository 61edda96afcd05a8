import { quote } from './finding.js';

/** Why a text is no JSON: how many lines below its beginning, what it is, and what to do. */
export interface JsonFault {
  readonly linesDown: number;
  readonly problem: string;
  readonly wayOut: string;
}

const WAY_OUT = 'correct the JSON of the row';

/** Says where and why the JSON parser gave up on a text. */
export function jsonFault(text: string, thrown: unknown): JsonFault {
  if (text.includes('\0')) return { linesDown: linesBefore(text, text.indexOf('\0')), problem: 'the row holds a zero byte', wayOut: 'remove it; the file may be damaged' };
  const message = thrown instanceof Error ? thrown.message : '';
  const told = /at position (\d+)/.exec(message)?.[1];
  const token = /^Unexpected token '(.{1,2})'/u.exec(message)?.[1];
  // V8 names no position for short texts, which it quotes instead.
  if (told === undefined && token !== undefined) return { linesDown: 0, problem: `the row is no valid JSON: unexpected ${quote(token)}`, wayOut: WAY_OUT };
  // Nor does it when the text ends too early.
  const position = told === undefined ? text.trimEnd().length : Number(told);
  const linesDown = linesBefore(text, Math.min(position, text.trimEnd().length));
  if (position >= text.trimEnd().length) {
    const multiLine = /^\s*[[{]\s*$/.test(text) ? 'JSON Lines has one whole object a line; write it on one line, or put all rows into one list [ … ]' : WAY_OUT;
    return { linesDown, problem: 'the JSON of the row ends too early', wayOut: multiLine };
  }
  const column = position - text.lastIndexOf('\n', position - 1);
  return { linesDown, problem: `the row is no valid JSON at column ${column}, near ${quote(text.slice(position, position + 12))}`, wayOut: WAY_OUT };
}

function linesBefore(text: string, position: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
