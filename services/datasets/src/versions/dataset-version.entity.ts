import type { Digest } from '@conch/artifacts';
import type { RowFormat } from '../formats/row-format.js';

/** Checked training data. A version never changes, and stays when the file it came from is deleted, because models point back at it. */
export interface DatasetVersion {
  readonly id: string;
  readonly projectId: string;
  readonly datasetId: string;
  readonly fileId: string;
  /** Digest of the canonical rows: equal data has equal digests, whatever file it came in. */
  readonly digest: Digest;
  readonly format: RowFormat;
  readonly rows: number;
  /** Says that of each row only the last answer is to be trained, because the file excluded answers with weight 0. */
  readonly lastAnswerOnly: boolean;
  readonly folderDigest: Digest;
  readonly folderSizeBytes: number;
  readonly createdAt: Date;
}
