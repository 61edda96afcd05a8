import type { IncomingMessage } from 'node:http';
import { newId } from '@conch/storage';

const SANE = /^[\w.:-]{1,128}$/;

/** The request's id: the caller's own when it is fit to be logged and sent back, else a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : newId('req_');
}
