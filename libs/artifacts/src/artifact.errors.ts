import { Refusal } from '@conch/errors';

/** The refusal for a digest that the store does not hold. */
export function artifactMissing(digest: string, cause?: unknown): Refusal {
  return new Refusal('not_found', 'ARTIFACT_NOT_FOUND', `the artifact store holds nothing under ${digest}`, { facts: { digest }, cause });
}

/** The error for stored bytes that are no longer those that were stored. */
export function artifactCorrupt(digest: string, found: string): Refusal {
  return new Refusal('internal', 'ARTIFACT_CORRUPT', `the artifact ${digest} is damaged: its bytes have the digest ${found}; store it again from its source`, {
    facts: { digest, found },
  });
}

/** The refusal for bytes that are not those that were announced. */
export function digestMismatch(expected: string, found: string): Refusal {
  return new Refusal('invalid', 'ARTIFACT_DIGEST_MISMATCH', `the bytes have the digest ${found} instead of ${expected}; send them again`, {
    param: 'digest',
    facts: { expected, found },
  });
}

/** The refusal for more bytes than were allowed. */
export function artifactTooLarge(maxBytes: number): Refusal {
  return new Refusal('too_large', 'ARTIFACT_TOO_LARGE', `the content is larger than the allowed ${maxBytes} bytes`, { facts: { maxBytes } });
}

/** The refusal for a folder that holds something other than plain files and folders. */
export function folderEntryRefused(path: string, why: string): Refusal {
  return new Refusal('invalid', 'ARTIFACT_FOLDER_ENTRY_REFUSED', `${path}: ${why}; only plain files and folders can be stored`, { facts: { path } });
}

/** The error for a manifest that is not one. */
export function manifestInvalid(digest: string, why: string): Refusal {
  return new Refusal('invalid', 'ARTIFACT_MANIFEST_INVALID', `${digest} is not a folder's manifest: ${why}`, { facts: { digest } });
}
