import { type Report, quote, refuseUnknown, typeName } from './finding.js';
import { type Speaker, type Turn, readText } from './turn.js';

const SPEAKERS: Readonly<Record<string, Speaker>> = { system: 'system', developer: 'system', user: 'user', assistant: 'assistant' };
/** `id` is no part of OpenAI's rows; it tells rows apart and says nothing to learn. */
const ROW_FIELDS: ReadonlySet<string> = new Set(['messages', 'tools', 'parallel_tool_calls', 'functions', 'id']);
const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'name',
  'weight',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'refusal',
  'audio',
  'annotations',
]);
const TOOLS_LATER = 'tool use is not taken for training yet; keep such rows for later and upload the file without them';

/** Reads one row `{"messages":[{"role","content"},…]}` as OpenAI's chat fine-tuning writes it; null when something was reported. */
export function readOpenAiChat(row: Readonly<Record<string, unknown>>, report: Report): readonly Turn[] | null {
  let isSound = refuseUnknown(row, ROW_FIELDS, '', report);
  for (const key of ['tools', 'functions']) {
    const value = row[key];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
    report(key, 'the row offers tools to the model', TOOLS_LATER);
    isSound = false;
  }
  const messages = row['messages'];
  if (!Array.isArray(messages)) {
    const problem = messages === undefined ? 'is missing' : `is ${typeName(messages)} instead of a list`;
    report('messages', problem, 'write "messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]');
    return null;
  }
  if (messages.length === 0) {
    report('messages', 'is empty', 'give it at least a user message and the assistant message that answers it');
    return null;
  }
  const turns: Turn[] = [];
  for (let index = 0; index < messages.length; index += 1) {
    const turn = readMessage(messages[index], index, report);
    if (turn === null) isSound = false;
    else turns.push(turn);
  }
  // What follows looks at the order, which only a row of sound messages has.
  return isSound && isInOrder(turns, report) ? turns : null;
}

function readMessage(message: unknown, index: number, report: Report): Turn | null {
  const at = `messages[${index}]`;
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    report(at, `is ${typeName(message)} instead of an object`, 'write {"role": "…", "content": "…"}');
    return null;
  }
  const fields: Readonly<Record<string, unknown>> = message as Record<string, unknown>;
  const role = fields['role'];
  if (role === 'tool' || role === 'function') {
    report(`${at}.role`, `the role ${quote(role)} brings a tool's result`, TOOLS_LATER);
    return null;
  }
  const speaker = typeof role === 'string' && Object.hasOwn(SPEAKERS, role) ? SPEAKERS[role] : undefined;
  if (speaker === undefined) {
    report(`${at}.role`, role === undefined ? 'is missing' : `unknown role ${quote(role)}`, 'use system, user or assistant');
    return null;
  }
  for (const key of ['tool_calls', 'function_call']) {
    const value = fields[key];
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) continue;
    report(`${at}.${key}`, 'the message calls tools', TOOLS_LATER);
    return null;
  }
  if (!refuseUnknown(fields, MESSAGE_FIELDS, at, report)) return null;
  const content = readContent(fields['content'], `${at}.content`, speaker, report);
  if (content === null) return null;
  const weight = fields['weight'];
  if (weight !== undefined && weight !== null && weight !== 0 && weight !== 1) {
    report(`${at}.weight`, `is ${quote(weight)}`, 'use 1 to train on the message, 0 to leave it out, or no weight at all');
    return null;
  }
  return { role: speaker, content, isTrained: weight !== 0 };
}

function readContent(content: unknown, field: string, speaker: Speaker, report: Report): string | null {
  if (Array.isArray(content)) {
    const other: unknown = content.find((part: unknown) => typeOf(part) !== 'text');
    if (content.length > 0 && other === undefined && content.every(hasText)) {
      return readText(content.map((part: { text: string }) => part.text).join(''), field, 'write the text', report);
    }
    report(field, `holds parts that are no texts (${quote(other ?? content)})`, 'only texts can be trained on; write the message as one text');
    return null;
  }
  const wayOut = speaker === 'assistant' ? 'write the answer that the model is to learn, or remove the row' : 'write the text, or remove the message';
  return readText(content, field, wayOut, report);
}

function typeOf(part: unknown): unknown {
  return typeof part === 'object' && part !== null && 'type' in part ? part.type : undefined;
}

function hasText(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string';
}

/** The trainer takes a system message first, then user and assistant in turn, and drops any other row without an error. */
function isInOrder(turns: readonly Turn[], report: Report): boolean {
  const first = turns[0]?.role === 'system' ? 1 : 0;
  if (!turns.some(({ role }) => role === 'assistant')) {
    report('messages', 'has no assistant message', 'add the answer that the model is to learn');
    return false;
  }
  for (let index = first; index < turns.length; index += 1) {
    const role = turns[index]?.role;
    const expected = (index - first) % 2 === 0 ? 'user' : 'assistant';
    if (role === expected) continue;
    const at = `messages[${index}].role`;
    if (role === 'system') report(at, 'a system message stands after the beginning', 'keep one system message, as the first of the row');
    else if (index === first) report(at, 'the conversation begins with the assistant', 'begin with a user message (after the system message, if there is one)');
    else report(at, `two ${String(role)} messages follow each other`, 'let user and assistant take turns; join what belongs together into one message');
    return false;
  }
  const last = turns.length - 1;
  if (turns[last]?.role !== 'assistant') {
    report(`messages[${last}].role`, "the last message is the user's", 'end the row with the assistant message that the model is to learn');
    return false;
  }
  if (!turns.some(({ role, isTrained }) => role === 'assistant' && isTrained)) {
    report('messages', 'every assistant message has weight 0, so that nothing is learnt', 'give one of them weight 1, or remove the row');
    return false;
  }
  return true;
}
