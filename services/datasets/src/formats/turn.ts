import type { Report } from './finding.js';

/** Who speaks in a row as it is trained on. */
export type Speaker = 'system' | 'user' | 'assistant';

/** One message of a canonical row. */
export interface Turn {
  readonly role: Speaker;
  readonly content: string;
  /** False for an answer that the author excluded from training with weight 0. */
  readonly isTrained: boolean;
}

/** Checks a text that becomes part of a row; answers null after it reported what is wrong with it. */
export function readText(value: unknown, field: string, wayOut: string, report: Report): string | null {
  if (typeof value !== 'string') {
    report(field, value === undefined ? 'is missing' : `is ${Array.isArray(value) ? 'a list' : JSON.stringify(value)?.slice(0, 20)} instead of a text`, wayOut);
    return null;
  }
  if (!/\S/.test(value)) {
    report(field, 'is blank', wayOut);
    return null;
  }
  if (value.includes('\0')) {
    report(field, 'holds a zero character (\\u0000)', 'remove it');
    return null;
  }
  if (!value.isWellFormed()) {
    report(field, 'holds half of a surrogate pair (such as \\ud83d alone)', 'write the whole character, or remove it');
    return null;
  }
  return value;
}

/**
 * A row's only spelling: one line of JSON. Equal conversations give equal bytes whatever file they came in, so the digest of the
 * lines is the digest of the data.
 */
export function encodeTurns(turns: readonly Turn[], lastAnswerOnly: boolean): string {
  let messages = '';
  for (const { role, content } of turns) {
    messages += `${messages === '' ? '' : ','}{"role":"${role}","content":${JSON.stringify(content)}}`;
  }
  return `{"messages":[${messages}]${lastAnswerOnly ? ',"last_answer_only":true' : ''}}\n`;
}
