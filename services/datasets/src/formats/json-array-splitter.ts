import { type RowSink, type RowSplitter, countLineFeeds, tooLongProblem } from './row-splitter.js';

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

type Place = 'before' | 'first-row' | 'row' | 'in-row' | 'after-row' | 'after' | 'lost';

const LOST = 'the rest of the file was not looked at';

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === LINE_FEED || byte === 0x0d || byte === 0x09;
}

/**
 * Cuts the elements out of a JSON array without reading the array as a whole: it follows only brackets and quotes, and leaves
 * what is inside an element to the JSON parser.
 */
export class JsonArraySplitter implements RowSplitter {
  private place: Place = 'before';
  private depth = 0;
  private isInText = false;
  private isEscaped = false;
  private isOverlong = false;
  private rowLine = 0;
  private pending: Buffer[] = [];
  private pendingBytes = 0;

  constructor(
    private readonly sink: RowSink,
    private readonly maxRowBytes: number,
    private line: number,
  ) {}

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.place !== 'lost') at = this.place === 'in-row' ? this.followRow(chunk, at) : this.between(chunk, at);
  }

  end(): void {
    if (this.place === 'in-row') {
      const wayOut = 'close what is open: the file seems to be cut off, or a quote or bracket is missing; save it again as a whole';
      this.sink.fault(this.rowLine, 'the row that begins here does not end', wayOut);
    } else if (this.place === 'row' || this.place === 'first-row' || this.place === 'after-row') {
      this.sink.fault(this.line, 'the file ends before its list does', 'close the list with ]; the file seems to be cut off, save it again as a whole');
    }
  }

  /** One byte outside of the rows; answers where to go on. */
  private between(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0;
    if (isWhiteSpace(byte)) {
      if (byte === LINE_FEED) this.line += 1;
      return at + 1;
    }
    if (this.place === 'before') {
      this.place = 'first-row';
      return at + 1;
    }
    if (this.place === 'after-row' && byte === COMMA) {
      this.place = 'row';
      return at + 1;
    }
    if (this.place !== 'after' && byte === CLOSE_BRACKET) {
      if (this.place === 'row') this.sink.fault(this.line, 'a comma stands before the closing ]', 'remove the comma after the last row');
      this.place = 'after';
      return at + 1;
    }
    if (this.place === 'after') return this.lose("something stands after the list's closing ]", `remove it, or put every row into one list; ${LOST}`, chunk);
    if (this.place === 'after-row') return this.lose('a comma is missing between two rows', `separate the rows with a comma; ${LOST}`, chunk);
    if (byte === COMMA) return this.lose('a row is missing between two commas', `remove one of the commas; ${LOST}`, chunk);
    this.place = 'in-row';
    this.rowLine = this.line;
    this.depth = 0;
    return at;
  }

  private lose(problem: string, wayOut: string, chunk: Buffer): number {
    this.sink.fault(this.line, problem, wayOut);
    this.place = 'lost';
    return chunk.length;
  }

  /** Follows a row from `from` to its end or the chunk's; answers where to go on. */
  private followRow(chunk: Buffer, from: number): number {
    let { depth, isInText, isEscaped } = this;
    let at = from;
    let isOver = false;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (isInText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInText = false;
      } else if (byte === QUOTE) {
        isInText = true;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0) {
          isOver = true;
          break;
        }
        depth -= 1;
        if (depth === 0) {
          at += 1;
          isOver = true;
          break;
        }
      } else if (byte === COMMA && depth === 0) {
        isOver = true;
        break;
      }
    }
    this.depth = depth;
    this.isInText = isInText;
    this.isEscaped = isEscaped;
    const part = chunk.subarray(from, at);
    this.keep(part);
    this.line += countLineFeeds(part);
    if (isOver) this.finishRow();
    return at;
  }

  private keep(part: Buffer): void {
    if (this.isOverlong) return;
    this.pendingBytes += part.length;
    this.isOverlong = this.pendingBytes > this.maxRowBytes;
    if (this.isOverlong) this.pending = [];
    else this.pending.push(part);
  }

  private finishRow(): void {
    if (this.isOverlong) {
      const { problem, wayOut } = tooLongProblem(this.maxRowBytes);
      this.sink.fault(this.rowLine, problem, wayOut);
    } else {
      const [only] = this.pending;
      this.sink.row(this.pending.length === 1 && only !== undefined ? only : Buffer.concat(this.pending), this.rowLine, false);
    }
    this.pending = [];
    this.pendingBytes = 0;
    this.isOverlong = false;
    this.place = 'after-row';
  }
}
