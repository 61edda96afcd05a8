import { type Report, refuseUnknown, typeName } from './finding.js';
import { type Turn, readText } from './turn.js';

/** `id` tells rows apart, and `text` is how the first alpaca data set repeats the whole row as one prompt. */
const FIELDS: ReadonlySet<string> = new Set(['instruction', 'input', 'output', 'system', 'history', 'id', 'text']);

/**
 * Reads one row `{"instruction","input"?,"output","system"?,"history"?}`; null when something was reported. Instruction and input
 * become one question with a line break between them, as the trainer would join them.
 */
export function readAlpaca(row: Readonly<Record<string, unknown>>, report: Report): readonly Turn[] | null {
  const turns: Turn[] = [];
  let isSound = refuseUnknown(row, FIELDS, '', report);
  const take = (role: Turn['role'], content: string | null): void => {
    if (content === null) isSound = false;
    else turns.push({ role, content, isTrained: true });
  };
  const system = row['system'];
  if (!isAbsent(system)) take('system', readText(system, 'system', 'write the text, or leave the field out', report));
  isSound = readHistory(row['history'], take, report) && isSound;
  take('user', readQuestion(row, report));
  take('assistant', readText(row['output'], 'output', 'write the answer that the model is to learn, or remove the row', report));
  return isSound ? turns : null;
}

function readQuestion(row: Readonly<Record<string, unknown>>, report: Report): string | null {
  const input = row['input'];
  if (isAbsent(input)) return readText(row['instruction'], 'instruction', 'write what the model is asked', report);
  const extra = readText(input, 'input', 'write the text, or leave the field out', report);
  // A row may carry its whole question in `input`.
  const instruction = row['instruction'] === '' ? '' : readText(row['instruction'], 'instruction', 'write what the model is asked', report);
  if (extra === null || instruction === null) return null;
  return instruction === '' ? extra : `${instruction}\n${extra}`;
}

function readHistory(history: unknown, take: (role: Turn['role'], content: string | null) => void, report: Report): boolean {
  if (isAbsent(history)) return true;
  if (!Array.isArray(history)) {
    report('history', `is ${typeName(history)} instead of a list`, 'write [["earlier question", "earlier answer"], …], or leave the field out');
    return false;
  }
  for (let index = 0; index < history.length; index += 1) {
    const pair: unknown = history[index];
    if (!Array.isArray(pair) || pair.length !== 2) {
      report(`history[${index}]`, 'is not a pair', 'write ["earlier question", "earlier answer"]');
      return false;
    }
    take('user', readText(pair[0], `history[${index}][0]`, 'write the question, or remove the pair', report));
    take('assistant', readText(pair[1], `history[${index}][1]`, 'write the answer, or remove the pair', report));
  }
  return true;
}

/** Data sets made from tables spell a field that a row does not have as null or as an empty text. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}
