import { Refusal } from '@conch/errors';

/** The refusal of a body in a form that its route does not read. */
export function unsupportedMediaType(given: string | undefined, cause?: unknown): Refusal {
  const what = given === undefined ? 'no content type' : `the content type ${JSON.stringify(given.slice(0, 200))}`;
  return new Refusal('invalid', 'UNSUPPORTED_MEDIA_TYPE', `The request has ${what}. Send application/json, or multipart/form-data for uploads.`, { cause });
}
