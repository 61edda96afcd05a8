import type { FastifyReply } from 'fastify';
import { EventStream, errorFrame } from '../http/event-stream.js';

/**
 * An answer as server-sent events whose status line waits for the first text, so that what goes wrong before it is a proper HTTP
 * error. After the grace the line is sent anyway, because clients and proxies give up on silence; errors then travel inside.
 */
export class AnswerStream {
  private stream: EventStream | null = null;
  private held = '';
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly reply: FastifyReply,
    graceMs: number,
  ) {
    this.timer = setTimeout(() => this.open(), graceMs);
    this.timer.unref();
    reply.raw.once('close', () => clearTimeout(this.timer));
  }

  /** Lets `produce` write the answer. What it throws before the first frame is thrown on; later it becomes the stream's last event. */
  static async serve(reply: FastifyReply, graceMs: number, produce: (out: AnswerStream) => Promise<void>): Promise<void> {
    const out = new AnswerStream(reply, graceMs);
    try {
      await produce(out);
      out.open().end();
    } catch (error) {
      clearTimeout(out.timer);
      if (out.stream === null) throw error;
      out.stream.end(errorFrame(error));
    }
  }

  /** Whether the status line has gone out. */
  get isOpen(): boolean {
    return this.stream !== null;
  }

  /** Sends frames at once, or with the first that do not wait. */
  hold(frames: string): Promise<void> | void {
    if (this.stream !== null) return this.stream.write(frames);
    this.held += frames;
  }

  /** Sends frames; resolves when the client has room for more. */
  write(frames: string): Promise<void> {
    return (this.stream ?? this.open()).write(frames);
  }

  private open(): EventStream {
    if (this.stream !== null) return this.stream;
    clearTimeout(this.timer);
    this.stream = EventStream.open(this.reply);
    if (this.held !== '') void this.stream.write(this.held);
    this.held = '';
    return this.stream;
  }
}
