/** Takes the rows of a file as they are cut out of its bytes, in order. */
export interface RowSink {
  /** One row's bytes and the line on which it begins; `isCutOff` when the file ended before the row's line did. */
  row(bytes: Buffer, line: number, isCutOff: boolean): void;
  /** Something that is wrong between the rows, or with a row that cannot be handed on. */
  fault(line: number, problem: string, wayOut: string): void;
}

/** Cuts a file into rows, however its bytes are chunked, holding no more than one row. */
export interface RowSplitter {
  push(chunk: Buffer): void;
  /** Says that no more bytes come. */
  end(): void;
}

/** How large a row may be, in words and with what to do. */
export function tooLongProblem(maxRowBytes: number): { readonly problem: string; readonly wayOut: string } {
  return { problem: `the row is larger than ${maxRowBytes} bytes`, wayOut: 'split it into several rows; no model reads so much at once' };
}

/** Counts the line feeds in bytes. */
export function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
