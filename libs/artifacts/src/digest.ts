import { Refusal } from '@conch/errors';

/** The address of bytes: their sha256, as 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

const FORM = /^sha256:[0-9a-f]{64}$/;

/** Says whether a text is a digest in the only form that is accepted. */
export function isDigest(text: string): text is Digest {
  return FORM.test(text);
}

/** The text as a digest; anything else is refused, so that no path can be made from it. */
export function asDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new Refusal('invalid', 'DIGEST_INVALID', `"${text}" is not a digest; write sha256: and 64 lower-case hexadecimal digits`, { param: 'digest' });
}

/** The digest's hexadecimal digits. */
export function hexOf(digest: Digest): string {
  return asDigest(digest).slice('sha256:'.length);
}
