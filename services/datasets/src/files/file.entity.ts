import type { Digest } from '@conch/artifacts';
import { ExpiryRefused, FilenameRefused, PurposeRefused } from './file.errors.js';

/** What callers may upload files for. */
export const UPLOAD_PURPOSES = ['fine-tune', 'assistants', 'user_data', 'batch', 'vision', 'evals'] as const;

/** What the platform itself makes files for. */
export const RESULT_PURPOSES = ['fine-tune-results', 'batch_output', 'assistants_output'] as const;

/** What a file is for. */
export type Purpose = (typeof UPLOAD_PURPOSES)[number] | (typeof RESULT_PURPOSES)[number];

/** A file's life: a training file is processed before it is there at all, so nothing here is ever under way. */
export type FileStatus = 'uploaded' | 'processed' | 'error';

const MAX_FILENAME_CHARACTERS = 512;
const EXPIRY_SECONDS = { min: 3_600, max: 2_592_000 } as const;

/** What a file consists of. */
export interface FileFacts {
  readonly id: string;
  readonly projectId: string;
  readonly filename: string;
  readonly purpose: Purpose;
  readonly sizeBytes: number;
  readonly contentDigest: Digest;
  readonly status: FileStatus;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly datasetVersionId: string | null;
}

/** A stored file. Its bytes never change; a changed file is another file. */
export class StoredFile {
  constructor(readonly facts: FileFacts) {}

  /** Says whether the file's time is over, so that it counts as gone even before it is removed. */
  isExpired(now: Date): boolean {
    return this.facts.expiresAt !== null && this.facts.expiresAt.getTime() <= now.getTime();
  }
}

/** What is asked of a file that is to be uploaded, checked. */
export interface UploadIntent {
  readonly filename: string;
  readonly purpose: Purpose;
  readonly expiresAt: Date | null;
}

/** Checks what is asked of an upload before any of its bytes are taken. */
export function readUploadIntent(asked: { filename: string; purpose: string; expiresAfterSeconds: number }, now: Date): UploadIntent {
  const purpose = UPLOAD_PURPOSES.find((name) => name === asked.purpose);
  if (purpose === undefined) throw new PurposeRefused(asked.purpose, UPLOAD_PURPOSES);
  return { filename: readFilename(asked.filename), purpose, expiresAt: readExpiry(asked.expiresAfterSeconds, now) };
}

/** Checks the purpose of a file that the platform made. */
export function readResultPurpose(asked: string): Purpose {
  const purpose = RESULT_PURPOSES.find((name) => name === asked);
  if (purpose === undefined) throw new PurposeRefused(asked, RESULT_PURPOSES);
  return purpose;
}

/** Checks the purpose that a list is narrowed to. */
export function readPurpose(asked: string): Purpose {
  const known = [...UPLOAD_PURPOSES, ...RESULT_PURPOSES];
  const purpose = known.find((name) => name === asked);
  if (purpose === undefined) throw new PurposeRefused(asked, known);
  return purpose;
}

/** Checks a file's name; it is kept as it is given and never used as a path. */
export function readFilename(asked: string): string {
  if (asked.trim() === '') throw new FilenameRefused('it is empty');
  if (asked.length > MAX_FILENAME_CHARACTERS) throw new FilenameRefused(`it is longer than ${MAX_FILENAME_CHARACTERS} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(asked) || !asked.isWellFormed()) throw new FilenameRefused('it holds a control character or half of a surrogate pair');
  return asked;
}

function readExpiry(seconds: number, now: Date): Date | null {
  if (seconds === 0) return null;
  if (!Number.isInteger(seconds) || seconds < EXPIRY_SECONDS.min || seconds > EXPIRY_SECONDS.max) {
    throw new ExpiryRefused(seconds, EXPIRY_SECONDS.min, EXPIRY_SECONDS.max);
  }
  return new Date(now.getTime() + seconds * 1_000);
}
