import type { ArtifactStore, StoredBlob } from '@conch/artifacts';
import { type LintReport, TrainingFileLint } from '../formats/training-file-lint.js';
import { DATA_FILE, DATASET_INFO, DATASET_INFO_FILE, type TrainingData } from '../formats/training-folder.js';
import type { RowFormat } from '../formats/row-format.js';
import { TrainingFileRefused } from '../versions/dataset-version.errors.js';

const MAX_FINDINGS = 20;

/** Conditions under which a training file is taken in. */
export interface IntakeOptions {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** A training file that was taken in. */
export interface TakenIn {
  readonly content: StoredBlob;
  readonly format: RowFormat;
  readonly rows: number;
  readonly lastAnswerOnly: boolean;
  readonly data: TrainingData;
}

/**
 * Takes a training file in: its bytes are checked while they go to the artifact store, and its canonical rows go there beside them.
 * Neither is kept unless every row is sound, because a store keeps nothing of a stream that fails.
 */
export class TrainingIntake {
  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly maxRowBytes: number,
  ) {}

  async take(bytes: AsyncIterable<Uint8Array>, options: IntakeOptions): Promise<TakenIn> {
    const first = await this.pass(bytes, { lastAnswerOnly: false, maxBytes: options.maxBytes, signal: options.signal });
    if (!first.report.hasExcludedAnswers) return this.finish(first.content, first.rowsBlob, first.report, false);
    // Only a whole file tells whether answers are excluded; such files, which are rare, are read once more.
    const second = await this.pass(this.artifacts.read(first.content.digest), { lastAnswerOnly: true, signal: options.signal });
    return this.finish(first.content, second.rowsBlob, second.report, true);
  }

  private async pass(bytes: AsyncIterable<Uint8Array>, options: { lastAnswerOnly: boolean; maxBytes?: number; signal: AbortSignal }): Promise<Pass> {
    const lint = new TrainingFileLint({ maxRowBytes: this.maxRowBytes, maxFindings: MAX_FINDINGS, lastAnswerOnly: options.lastAnswerOnly });
    const rows = new TransformStream<Buffer, Buffer>(undefined, undefined, { highWaterMark: 4 });
    const writer = rows.writable.getWriter();
    const content = this.artifacts.put(checked(bytes, lint, writer), {
      signal: options.signal,
      ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    });
    // Whatever ends one of the two ends the other, so that both are kept or neither: a failed content aborts the rows with its
    // reason, and rows that are no longer read fail the next write, and with it the content.
    const ended = content.catch(async (reason: unknown) => {
      await writer.abort(reason);
      throw reason;
    });
    const rowsBlob = this.artifacts.put(rows.readable, { signal: options.signal });
    const [rowsResult, contentResult] = await Promise.allSettled([rowsBlob, ended]);
    if (rowsResult.status === 'rejected') throw rowsResult.reason;
    if (contentResult.status === 'rejected') throw contentResult.reason;
    return { content: contentResult.value, rowsBlob: rowsResult.value, report: lint.report };
  }

  private async finish(content: StoredBlob, rowsBlob: StoredBlob, report: LintReport, lastAnswerOnly: boolean): Promise<TakenIn> {
    const info = await this.artifacts.put(once(Buffer.from(DATASET_INFO, 'utf8')));
    const folder = await this.artifacts.putListing([
      { path: DATA_FILE, ...rowsBlob },
      { path: DATASET_INFO_FILE, ...info },
    ]);
    if (report.format === null) throw new Error('a file without findings has a format');
    return { content, format: report.format, rows: report.rows, lastAnswerOnly, data: { digest: rowsBlob.digest, folder } };
  }
}

interface Pass {
  readonly content: StoredBlob;
  readonly rowsBlob: StoredBlob;
  readonly report: LintReport;
}

/** Hands the bytes on as they are, and the canonical rows to the writer; throws at the end when a row was unsound. */
async function* checked(bytes: AsyncIterable<Uint8Array>, lint: TrainingFileLint, rows: WritableStreamDefaultWriter<Buffer>): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    await write(rows, lint.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
    yield chunk;
  }
  await write(rows, lint.end());
  const { findings, problems } = lint.report;
  if (problems > 0) throw new TrainingFileRefused(findings, problems);
  await rows.close();
}

async function write(rows: WritableStreamDefaultWriter<Buffer>, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return;
  await rows.ready;
  await rows.write(bytes);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
