import { type RowSink, type RowSplitter, tooLongProblem } from './row-splitter.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Cuts JSON Lines: one row a line; blank lines are passed over, and line ends may be those of Windows. */
export class JsonlSplitter implements RowSplitter {
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private isOverlong = false;

  constructor(
    private readonly sink: RowSink,
    private readonly maxRowBytes: number,
    private line: number,
  ) {}

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      this.finishLine(chunk.subarray(from, at), false);
      from = at + 1;
    }
    if (from < chunk.length) this.keep(chunk.subarray(from));
  }

  end(): void {
    if (this.pendingBytes > 0 || this.isOverlong) this.finishLine(Buffer.alloc(0), true);
  }

  private keep(part: Buffer): void {
    if (this.isOverlong) return;
    this.pendingBytes += part.length;
    if (this.pendingBytes > this.maxRowBytes) {
      this.isOverlong = true;
      this.pending = [];
      return;
    }
    this.pending.push(part);
  }

  private finishLine(rest: Buffer, isCutOff: boolean): void {
    let bytes = rest;
    if (this.pendingBytes > 0) {
      this.keep(rest);
      bytes = this.pending.length === 1 ? (this.pending[0] ?? rest) : Buffer.concat(this.pending);
    }
    if (this.isOverlong || bytes.length > this.maxRowBytes) {
      const { problem, wayOut } = tooLongProblem(this.maxRowBytes);
      this.sink.fault(this.line, problem, wayOut);
    } else {
      const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
      if (!isBlank(bytes, end)) this.sink.row(end === bytes.length ? bytes : bytes.subarray(0, end), this.line, isCutOff);
    }
    this.pending = [];
    this.pendingBytes = 0;
    this.isOverlong = false;
    this.line += 1;
  }
}

function isBlank(bytes: Buffer, end: number): boolean {
  for (let at = 0; at < end; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== CARRIAGE_RETURN) return false;
  }
  return true;
}
