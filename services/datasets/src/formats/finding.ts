/** One thing that is wrong with a training file: where it is, what it is, and what to do about it. */
export interface Finding {
  /** Line of the file, from 1; for rows of a JSON array the line on which the row begins, or where its JSON breaks. */
  readonly line: number;
  /** Path within the row, such as `messages[1].role`; empty when the line as a whole is at fault. */
  readonly field: string;
  readonly problem: string;
  readonly wayOut: string;
}

/** Receives what a row's checks find. */
export type Report = (field: string, problem: string, wayOut: string) => void;

const QUOTE_CHARACTERS = 40;
const NAME_CHARACTERS = 64;

/**
 * Reports every field that nothing would read, since what an author wrote must not be left out in silence; false when there is one.
 * Data sets made from tables spell a field that a row does not have as null.
 */
export function refuseUnknown(value: Readonly<Record<string, unknown>>, known: ReadonlySet<string>, at: string, report: Report): boolean {
  const unknown = Object.keys(value).filter((key) => !known.has(key) && value[key] !== null);
  for (const key of unknown) {
    const name = key.slice(0, NAME_CHARACTERS).toWellFormed();
    report(at === '' ? name : `${at}.${name}`, 'the field is not known', `remove it, or correct its name; known are ${[...known].join(', ')}`);
  }
  return unknown.length === 0;
}

/** A finding as one line of a refusal. */
export function describeFinding({ line, field, problem, wayOut }: Finding): string {
  return `line ${line}${field === '' ? '' : `, ${field}`}: ${problem}; ${wayOut}`;
}

/** A value as the author wrote it, short enough for a message. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= QUOTE_CHARACTERS ? text : `${text.slice(0, QUOTE_CHARACTERS).toWellFormed()}…`;
}

/** The JSON type of a value with its article, as messages name it. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'number' ? 'a number' : 'true or false';
}
