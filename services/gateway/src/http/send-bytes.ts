import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** Bytes to be downloaded. */
export interface Download {
  readonly filename: string;
  readonly sizeBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Answers with bytes as they come. The first of them is awaited before the status line, so that what is missing is still an error of its own. */
export async function sendBytes(reply: FastifyReply, { filename, sizeBytes, bytes }: Download): Promise<void> {
  const iterator = bytes[Symbol.asyncIterator]();
  const first = await iterator.next();
  reply.headers({
    'content-type': 'application/octet-stream',
    'content-length': String(sizeBytes),
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(filename.toWellFormed())}`,
    // What somebody uploaded is never to be shown as a page of this server.
    'x-content-type-options': 'nosniff',
  });
  void reply.send(Readable.from(joined(first, iterator), { objectMode: false }));
}

async function* joined(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
