import { DomainError } from '@conch/errors';

/** The file is not there, or belongs to another project. */
export class FileNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'FILE_NOT_FOUND';

  constructor(id: string) {
    super(`No such File object: ${id}. It may have been deleted, or belong to another project; list the files to see those that are there.`, {
      param: 'id',
      facts: { id },
    });
  }
}

/** The purpose is none that the call takes. */
export class PurposeRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'FILE_PURPOSE_UNKNOWN';

  constructor(purpose: string, known: readonly string[]) {
    super(`purpose: ${purpose === '' ? 'it is missing' : `"${purpose.slice(0, 60)}" is not one`}; use one of ${known.join(', ')}`, { param: 'purpose' });
  }
}

/** The name cannot be a file's. */
export class FilenameRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'FILE_NAME_INVALID';

  constructor(why: string) {
    super(`filename: ${why}; give the file another name`, { param: 'file' });
  }
}

/** The expiry is out of range. */
export class ExpiryRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'FILE_EXPIRY_OUT_OF_RANGE';

  constructor(seconds: number, minSeconds: number, maxSeconds: number) {
    super(`expires_after.seconds: ${seconds} is out of range; use a whole number from ${minSeconds} (one hour) to ${maxSeconds} (30 days), or leave it out`, {
      param: 'expires_after.seconds',
      facts: { minSeconds, maxSeconds },
    });
  }
}

/** Nothing was sent. */
export class FileEmpty extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'FILE_EMPTY';

  constructor(filename: string) {
    super(`file: "${filename.slice(0, 120)}" is empty; upload a file with at least one byte`, { param: 'file' });
  }
}

/** More was sent than is taken. */
export class FileTooLarge extends DomainError {
  readonly kind = 'too_large';
  readonly code = 'FILE_TOO_LARGE';

  constructor(maxBytes: number) {
    super(`file: it is larger than the ${maxBytes} bytes that are taken; split it into several files`, { param: 'file', facts: { maxBytes } });
  }
}

/** The upload's messages were not in the order of the contract. */
export class UploadMalformed extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'UPLOAD_MALFORMED';

  constructor(why: string) {
    super(`The upload is malformed: ${why}; send one header, then the file's bytes in chunks.`, { param: 'file' });
  }
}

/** The same key was used before for another content. */
export class AdoptionConflict extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'FILE_ADOPTION_CONFLICT';

  constructor(fileId: string) {
    super(`idempotency_key: it already made the file ${fileId}, whose content is another; use a key of its own for each content`, {
      param: 'idempotency_key',
      facts: { fileId },
    });
  }
}

/** A file was to be adopted without a key that makes doing so once possible. */
export class AdoptionKeyMissing extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'FILE_ADOPTION_KEY_MISSING';

  constructor() {
    super('idempotency_key: it is missing; give a key that names what the file is the result of', { param: 'idempotency_key' });
  }
}

/** A folder, or nothing, was to be adopted as a file. */
export class ContentNotAFile extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'FILE_CONTENT_NOT_A_FILE';

  constructor() {
    super('content: it is no artifact of the form file; give the digest of a single file', { param: 'content' });
  }
}
