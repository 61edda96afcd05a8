import { randomUUID } from 'node:crypto';
import type { DomainError } from '@conch/errors';
import { contextFrom } from '@conch/telemetry';
import type { Context } from '@opentelemetry/api';
import type { CallContext } from './contract.js';
import { HEADER, deadlineExceeded } from './wire.js';

export type Transport = 'nats' | 'grpc';

/** Reads a header or metadata value of the call. */
export type ReadHeader = (name: string) => string | undefined;

/** Longer waits overflow a timer, which would then fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** One call under way, whichever door it came in by: what its handler sees of it, and the means to end it. */
export class ServedCall {
  readonly context: CallContext;
  /** The caller's trace. */
  readonly trace: Context;
  readonly startedAt = performance.now();
  private readonly ended = new AbortController();
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(
    readonly method: string,
    readonly transport: Transport,
    read: ReadHeader,
  ) {
    const deadlineMs = Number(read(HEADER.deadlineMs) ?? Number.NaN);
    const hasDeadline = Number.isFinite(deadlineMs);
    if (hasDeadline) this.timer = setTimeout(() => this.end(deadlineExceeded()), Math.min(Math.max(0, deadlineMs), LONGEST_TIMER_MS));
    this.context = {
      projectId: read(HEADER.project) ?? '',
      requestId: read(HEADER.requestId) ?? randomUUID(),
      signal: this.ended.signal,
      deadline: hasDeadline ? new Date(Date.now() + deadlineMs) : null,
    };
    const traceparent = read('traceparent');
    const tracestate = read('tracestate');
    this.trace = contextFrom({ ...(traceparent === undefined ? {} : { traceparent }), ...(tracestate === undefined ? {} : { tracestate }) });
  }

  /** Tells the handler to stop, and why. */
  end(reason: DomainError): void {
    this.ended.abort(reason);
  }

  /** The call is over; nothing will end it any more. */
  close(): void {
    clearTimeout(this.timer);
  }

  get seconds(): number {
    return (performance.now() - this.startedAt) / 1_000;
  }
}
