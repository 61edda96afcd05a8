import type { IncomingMessage } from 'node:http';
import { DomainError, Refusal } from '@conch/errors';

/** What a body may be that is read as a whole. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly idleMs: number;
}

/** Nothing more of a body came for too long. */
export class BodyStalled extends DomainError {
  readonly kind = 'timeout';
  readonly code = 'REQUEST_STALLED';

  constructor(idleMs: number) {
    super(`Nothing arrived for ${Math.round(idleMs / 1_000)} s, though the request was not complete, so it was given up. Send it again.`);
  }
}

/** The body is larger than is taken. */
export function bodyTooLarge(cause?: unknown): Refusal {
  const message = 'The request body is larger than this server takes as JSON. Send less, or upload a file.';
  return new Refusal('too_large', 'REQUEST_TOO_LARGE', message, { cause });
}

/** Reads a body as a whole; a sender that stands still is given up, or its request would stay open for ever. */
export function readBody(body: IncomingMessage, { maxBytes, idleMs }: BodyLimits): Promise<Buffer> {
  if (Number(body.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(bodyTooLarge());
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const watch = setTimeout(() => settle(() => reject(new BodyStalled(idleMs))), idleMs).unref();
  const cutOff = (cause?: unknown): void =>
    settle(() => reject(new Refusal('invalid', 'BODY_CUT_OFF', 'The request ended before its body was complete. Send it again.', { cause })));
  const onClose = (): void => cutOff();
  const onData = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > maxBytes) settle(() => reject(bodyTooLarge()));
    else {
      watch.refresh();
      chunks.push(chunk);
    }
  };
  const onEnd = (): void => settle(() => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes)));
  const settle = (tell: () => void): void => {
    clearTimeout(watch);
    body.off('data', onData).off('end', onEnd).off('close', onClose);
    tell();
  };
  body.on('data', onData).once('end', onEnd).once('close', onClose).once('error', cutOff);
  return promise;
}
