import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'sk-conch-';
const SECRET_BYTES = 32;
const HINT_LENGTH = 4;

/** What is kept of an API key. */
export interface ApiKey {
  readonly id: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly name: string;
  readonly sha256: Buffer;
  readonly hint: string;
  readonly createdAt: Date;
}

/** A key as its owner sees it, once. */
export interface KeySecret {
  readonly secret: string;
  readonly sha256: Buffer;
  readonly hint: string;
}

/** Makes a key's secret at random. */
export function newKeySecret(): KeySecret {
  const secret = PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
  return { secret, sha256: digestOf(secret), hint: secret.slice(-HINT_LENGTH) };
}

/** Whether a text could be one of our keys, so that others never reach the database. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith(PREFIX) && text.length < 128;
}

/** What a key is stored and sought by. A fast digest is enough, because the secret is 256 random bits. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
