import { isUtf8 } from 'node:buffer';
import { Refusal } from '@conch/errors';
import { findJsonFault } from './json-fault.js';

const MAX_DEPTH = 64;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** Reads a JSON body; an empty one is no body, which some clients send with the JSON content type. Refuses what is not JSON, saying where. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new Refusal('invalid', 'INVALID_JSON', 'The request body is not valid UTF-8 text. Send JSON encoded as UTF-8.');
  if (isTooDeep(bytes)) {
    throw new Refusal('invalid', 'INVALID_JSON', `The request body nests deeper than ${MAX_DEPTH} levels. Send a flatter one.`, {
      facts: { maxDepth: MAX_DEPTH },
    });
  }
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const { offset, line, column, found } = findJsonFault(text);
    const what = found === null ? 'the body ends too early' : `${JSON.stringify(found)} is not expected there`;
    throw new Refusal('invalid', 'INVALID_JSON', `The request body is not JSON: ${what} (line ${line}, column ${column}, position ${offset}).`, {
      facts: { line, column, position: offset },
      cause: error,
    });
  }
}

/** Counts brackets outside strings, so that no later step has to recurse into what a caller nested without end. */
function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
  }
  return false;
}

function endOfString(bytes: Buffer, open: number): number {
  let at = open + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
