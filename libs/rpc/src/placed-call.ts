import { randomUUID } from 'node:crypto';
import { traceHeaders } from '@conch/telemetry';
import { Metadata } from 'nice-grpc';
import type { CallOptions } from './contract.js';
import { HEADER, deadlineExceeded } from './wire.js';

/** A gRPC call as its caller holds it: the metadata that goes out, the signal that ends it, the trailer that came back. */
export class PlacedCall {
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  trailer: Metadata | undefined;
  private readonly ended = new AbortController();
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: CallOptions,
    serviceToken: string,
  ) {
    this.signal = this.ended.signal;
    this.metadata = Metadata({ authorization: `Bearer ${serviceToken}`, ...callHeaders(options, options.timeoutMs) });
    const { timeoutMs } = options;
    if (timeoutMs !== undefined) this.timer = setTimeout(() => this.ended.abort(deadlineExceeded(timeoutMs)), timeoutMs);
    if (options.signal?.aborted === true) this.passOn();
    else options.signal?.addEventListener('abort', this.passOn, { once: true });
  }

  readonly onTrailer = (received: Metadata): void => {
    this.trailer = received;
  };

  close(): void {
    clearTimeout(this.timer);
    this.options.signal?.removeEventListener('abort', this.passOn);
  }

  private readonly passOn = (): void => this.ended.abort(this.options.signal?.reason);
}

/** What travels with a call on either door, beside the token. A caller without a request id gets one, so that logs can be joined. */
export function callHeaders(options: CallOptions, remainingMs: number | undefined): Record<string, string> {
  return {
    [HEADER.project]: options.projectId,
    [HEADER.requestId]: headerSafe(options.requestId ?? '') || randomUUID(),
    ...(remainingMs === undefined ? {} : { [HEADER.deadlineMs]: String(remainingMs) }),
    ...traceHeaders(),
  };
}

/** Request ids come from outside; what a header cannot carry is left out of them. */
function headerSafe(value: string): string {
  return value.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 200);
}
