import { DomainError } from '@conch/errors';

const FILE = { param: 'file' };

/** The request's body is no form. */
export class UploadNotAForm extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'UNSUPPORTED_MEDIA_TYPE';

  constructor(contentType: string | undefined) {
    super(
      `An upload is sent as multipart/form-data, with the parts 'purpose' and 'file'; this request has ${contentType === undefined ? 'no content type' : `the content type ${JSON.stringify(contentType)}`}.`,
    );
  }
}

/** The form ended without a file. */
export class UploadFileMissing extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'MISSING_REQUIRED_PARAMETER';

  constructor() {
    super("Missing required parameter: 'file'. Send the file as a part of the form that is named 'file'.", FILE);
  }
}

/** The form is not one, or has more parts than an upload can have. */
export class UploadMalformed extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'INVALID_FORM';

  constructor(why: string, cause?: unknown) {
    super(`The form cannot be read: ${why}. Send multipart/form-data with 'purpose' and one 'file'.`, { cause });
  }
}

/** The body ended in the middle of the form. */
export class UploadCutOff extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'UPLOAD_CUT_OFF';

  constructor(cause?: unknown) {
    super('The upload ended before the form was complete, so nothing of it was kept. Send it again.', { ...FILE, cause });
  }
}

/** Nothing more came for too long. */
export class UploadStalled extends DomainError {
  readonly kind = 'timeout';
  readonly code = 'UPLOAD_STALLED';

  constructor(idleMs: number) {
    super(`Nothing arrived for ${Math.round(idleMs / 1_000)} s, so the upload was given up and nothing of it was kept. Send it again.`, FILE);
  }
}

/** More was sent than is taken. */
export class UploadTooLarge extends DomainError {
  readonly kind = 'too_large';
  readonly code = 'FILE_TOO_LARGE';

  constructor(maxBytes: number) {
    super(`The file is larger than the ${maxBytes} bytes that are taken. Split it into several files.`, { ...FILE, facts: { maxBytes } });
  }
}

/** What the form said before the file, it changed after it. */
export class UploadFieldsTooLate extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'INVALID_FORM';

  constructor() {
    super("The form says something new after the file. Send 'purpose' and 'expires_after' both before the file, or both after it.", FILE);
  }
}
