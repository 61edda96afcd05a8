import { isUtf8 } from 'node:buffer';
import { type Finding, quote, typeName } from './finding.js';
import { JsonArraySplitter } from './json-array-splitter.js';
import { JsonlSplitter } from './jsonl-splitter.js';
import { jsonFault } from './json-fault.js';
import { FORMATS_IN_WORDS, ROW_FORMATS, type RowFormat, detectFormat, reportUnknownFormat } from './row-format.js';
import { type RowSink, type RowSplitter, countLineFeeds } from './row-splitter.js';
import { sniffUnreadable } from './sniff.js';
import { encodeTurns } from './turn.js';

/** How a file is looked at. */
export interface LintOptions {
  readonly maxRowBytes: number;
  /** How many findings are kept; all are counted. */
  readonly maxFindings: number;
  /**
   * Writes, for each trained answer, one row that ends with it, so that training on last answers only leaves out what has weight 0.
   * Needed when any row has a weight of 0; the report tells.
   */
  readonly lastAnswerOnly: boolean;
}

/** What a file turned out to be. */
export interface LintReport {
  readonly format: RowFormat | null;
  /** Rows of the canonical output. */
  readonly rows: number;
  readonly findings: readonly Finding[];
  /** All that was found, kept or not. */
  readonly problems: number;
  /** Says whether an answer is excluded from training with weight 0. */
  readonly hasExcludedAnswers: boolean;
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const OPEN_BRACKET = 0x5b;
const NOTHING = Buffer.alloc(0);
/** Bytes that decide what a file is; more come before it is decided only when they are all white space. */
const HEAD_BYTES = 4;

/**
 * Checks a training file while its bytes pass by, and turns it into canonical rows. It holds one row at a time, so the file may be
 * of any size; once something is wrong it writes no more rows and goes on counting.
 */
export class TrainingFileLint implements RowSink {
  private splitter: RowSplitter | null = null;
  private head: Buffer = NOTHING;
  private isUnreadable = false;
  private readonly findings: Finding[] = [];
  private problems = 0;
  private format: { readonly name: RowFormat; readonly line: number } | null = null;
  private rows = 0;
  private output = '';
  private hasExcludedAnswers = false;

  constructor(private readonly options: LintOptions) {}

  /** Takes the next bytes; answers the canonical rows that they complete, one a line. */
  push(chunk: Buffer): Buffer {
    if (this.isUnreadable) return NOTHING;
    if (this.splitter === null) this.begin(chunk, false);
    else this.splitter.push(chunk);
    return this.takeOutput();
  }

  /** Says that the file ends here; answers the last rows. */
  end(): Buffer {
    if (this.splitter === null && !this.isUnreadable) this.begin(NOTHING, true);
    this.splitter?.end();
    if (this.rows === 0 && this.problems === 0) this.fault(1, 'the file holds no rows', `write at least one: ${FORMATS_IN_WORDS}`);
    return this.takeOutput();
  }

  get report(): LintReport {
    const { rows, findings, problems, hasExcludedAnswers } = this;
    return { format: this.format?.name ?? null, rows, findings, problems, hasExcludedAnswers };
  }

  row(bytes: Buffer, line: number, isCutOff: boolean): void {
    const value = this.parse(bytes, line, isCutOff);
    if (value === undefined) return;
    const before = this.problems;
    const report = (field: string, problem: string, wayOut: string): void => this.find({ line, field, problem, wayOut });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      report('', `the row is ${typeName(value)} instead of an object`, `write one object a row: ${FORMATS_IN_WORDS}`);
      return;
    }
    const fields = value as Readonly<Record<string, unknown>>;
    const name = detectFormat(fields) ?? this.format?.name;
    if (name === undefined) {
      reportUnknownFormat(fields, report);
      return;
    }
    this.format ??= { name, line };
    if (name !== this.format.name) {
      report('', `the row is ${name}, but the file began as ${this.format.name} on line ${this.format.line}`, 'keep one format a file');
      return;
    }
    const turns = ROW_FORMATS[name](fields, report);
    if (turns === null || this.problems > before) return;
    this.rows += 1;
    if (this.problems > 0) return;
    const isExcluding = turns.some(({ role, isTrained }) => role === 'assistant' && !isTrained);
    this.hasExcludedAnswers ||= isExcluding;
    if (!this.options.lastAnswerOnly) {
      this.output += encodeTurns(turns, false);
      return;
    }
    this.rows -= 1;
    for (let index = 0; index < turns.length; index += 1) {
      const turn = turns[index];
      if (turn?.role !== 'assistant' || !turn.isTrained) continue;
      this.rows += 1;
      this.output += encodeTurns(turns.slice(0, index + 1), true);
    }
  }

  fault(line: number, problem: string, wayOut: string): void {
    this.find({ line, field: '', problem, wayOut });
  }

  private find(finding: Finding): void {
    this.problems += 1;
    this.output = '';
    if (this.findings.length < this.options.maxFindings) this.findings.push(finding);
  }

  private takeOutput(): Buffer {
    if (this.output === '') return NOTHING;
    const bytes = Buffer.from(this.output, 'utf8');
    this.output = '';
    return bytes;
  }

  /** Tells a JSON array from JSON Lines by the first byte that is no white space. */
  private begin(chunk: Buffer, isEnd: boolean): void {
    const head = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
    if (head.length < HEAD_BYTES && !isEnd) {
      this.head = head;
      return;
    }
    const unreadable = sniffUnreadable(head);
    if (unreadable !== null) {
      this.isUnreadable = true;
      this.fault(1, unreadable.problem, unreadable.wayOut);
      return;
    }
    const start = head.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
    let at = start;
    while (at < head.length && [0x20, 0x09, 0x0a, 0x0d].includes(head[at] ?? 0)) at += 1;
    if (at === head.length && !isEnd) {
      this.head = head;
      return;
    }
    const line = 1 + countLineFeeds(head.subarray(start, at));
    this.splitter =
      head[at] === OPEN_BRACKET ? new JsonArraySplitter(this, this.options.maxRowBytes, line) : new JsonlSplitter(this, this.options.maxRowBytes, line);
    this.head = NOTHING;
    this.splitter.push(head.subarray(at));
  }

  private parse(bytes: Buffer, line: number, isCutOff: boolean): unknown {
    if (!isUtf8(bytes)) {
      this.fault(line, 'the row is not UTF-8', 'save the file in the encoding UTF-8');
      return undefined;
    }
    const text = bytes.toString('utf8');
    try {
      return JSON.parse(text) as unknown;
    } catch {
      const found = jsonFault(text);
      if (isCutOff && found.isCutOff)
        this.fault(line, `the last line is cut off: it ends with ${quote(text.slice(-20))}`, 'write the row to its end, or remove the line');
      else this.fault(line + found.linesDown, found.problem, found.wayOut);
      return undefined;
    }
  }
}
