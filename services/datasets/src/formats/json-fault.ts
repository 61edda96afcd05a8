import { quote } from './finding.js';

/** Why a text is no JSON. */
export interface JsonFault {
  /** How many lines below the text's beginning the fault is. */
  readonly linesDown: number;
  /** Says whether nothing is wrong but that the text stops before its end. */
  readonly isCutOff: boolean;
  readonly problem: string;
  readonly wayOut: string;
}

const WAY_OUT = 'correct the JSON of the row';
/** Looking for the place takes a few dozen parses of the text, which a huge one is not worth. */
const MAX_SEARCHED_CHARACTERS = 1024 * 1024;

/** Says where and why a text that the JSON parser refused is no JSON. */
export function jsonFault(text: string): JsonFault {
  const end = text.trimEnd().length;
  const position = text.length > MAX_SEARCHED_CHARACTERS ? 0 : faultPosition(text.slice(0, end));
  const linesDown = linesBefore(text, position);
  if (position < end && text[position] === '\0') {
    return { linesDown, isCutOff: false, problem: 'the row holds a zero byte', wayOut: 'remove it; the file may be damaged' };
  }
  if (text.length > MAX_SEARCHED_CHARACTERS) return { linesDown, isCutOff: false, problem: 'the row is no valid JSON', wayOut: WAY_OUT };
  if (position >= end) {
    const isOpening = /^\s*[[{]\s*$/.test(text);
    const wayOut = isOpening ? 'JSON Lines has one whole object a line; write it on one line, or put all rows into one list [ … ]' : WAY_OUT;
    return { linesDown, isCutOff: true, problem: 'the JSON of the row ends too early', wayOut };
  }
  const column = position - text.lastIndexOf('\n', position - 1);
  return {
    linesDown,
    isCutOff: false,
    problem: `the row is no valid JSON at column ${column}, near ${quote(text.slice(position, position + 12))}`,
    wayOut: WAY_OUT,
  };
}

/**
 * Finds the first character that no continuation could make right. V8 tells positions for some faults only, but for every text
 * it tells whether the text is merely unfinished, and that holds up to the fault and never after it.
 */
function faultPosition(text: string): number {
  let sound = 0;
  let broken = text.length + 1;
  while (broken - sound > 1) {
    const middle = Math.floor((sound + broken) / 2);
    if (middle <= text.length && isUnfinished(text.slice(0, middle))) sound = middle;
    else broken = middle;
  }
  return sound;
}

function isUnfinished(prefix: string): boolean {
  try {
    JSON.parse(prefix);
    return true;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : '';
    if (/^Unexpected end|^Unterminated/.test(message)) return true;
    const position = /at position (\d+)/.exec(message)?.[1];
    return position !== undefined && Number(position) >= prefix.length;
  }
}

function linesBefore(text: string, position: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}
