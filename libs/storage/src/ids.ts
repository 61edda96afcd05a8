import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 24;
// Bytes from here on are dropped, so that every character stays equally likely.
const UNBIASED = 256 - (256 % ALPHABET.length);

/** Makes an identifier: the prefix as it is given (`ftjob-`, `vs_`) and 24 url-safe random characters. */
export function newId(prefix: string): string {
  let random = '';
  while (random.length < LENGTH) {
    for (const byte of randomBytes(LENGTH)) {
      if (byte < UNBIASED && random.length < LENGTH) random += ALPHABET[byte % ALPHABET.length];
    }
  }
  return prefix + random;
}
