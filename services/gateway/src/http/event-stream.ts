import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { asDomainError } from '@conch/errors';
import type { FastifyReply } from 'fastify';
import { errorBody } from './error-body.js';

const HEARTBEAT_MS = 15_000;

/** Ends a stream of unnamed events, as the SDKs expect it. */
export const DONE = 'data: [DONE]\n\n';

/** One answer as server-sent events; the status line goes out when it is opened. */
export class EventStream {
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(private readonly raw: ServerResponse) {
    this.heartbeat = setTimeout(() => this.beat(), HEARTBEAT_MS);
    this.heartbeat.unref();
    raw.once('close', () => clearTimeout(this.heartbeat));
  }

  /** Takes the reply over from the framework and sends the headers. */
  static open(reply: FastifyReply): EventStream {
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // Proxies that buffer would hold tokens back.
      'x-accel-buffering': 'no',
    });
    reply.raw.flushHeaders();
    return new EventStream(reply.raw);
  }

  /** Whether the client is still there. */
  get isOpen(): boolean {
    return !this.raw.destroyed && !this.raw.writableEnded;
  }

  /** Sends complete frames; resolves when the client has room for more. */
  async write(frames: string): Promise<void> {
    if (!this.isOpen) return;
    this.heartbeat.refresh();
    if (this.raw.write(frames)) return;
    const left = new AbortController();
    // A client that goes away never drains.
    await Promise.race([once(this.raw, 'drain', { signal: left.signal }), once(this.raw, 'close', { signal: left.signal })]).finally(() => left.abort());
  }

  /** Ends the stream, after a last frame if one is given. */
  end(frames = ''): void {
    clearTimeout(this.heartbeat);
    if (this.isOpen) this.raw.end(frames);
  }

  private beat(): void {
    if (!this.isOpen) return;
    this.raw.write(': keep-alive\n\n');
    this.heartbeat.refresh();
  }
}

/** One unnamed event. */
export function dataFrame(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** One named event. */
export function namedFrame(name: string, value: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
}

/** One unnamed event that a client can name as the last one it got. */
export function numberedFrame(id: number, value: unknown): string {
  return `id: ${id}\ndata: ${JSON.stringify(value)}\n\n`;
}

/** An error that comes after the status line. */
export function errorFrame(thrown: unknown): string {
  return dataFrame(errorBody(asDomainError(thrown)));
}
