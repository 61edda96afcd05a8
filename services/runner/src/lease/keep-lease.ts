import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@conch/telemetry';
import type { Stop } from '../training/stop.js';
import { type TrainingLink, isLeaseLost, isPassing } from '../training/training-link.js';

interface LeaseOptions {
  readonly leaseMs: number;
  readonly patienceMs: number;
  readonly logger: Logger;
}

/**
 * Renews the attempt's lease at a third of its length until it is closed. A job that was cancelled and a lease that is over stop
 * everything; a training service that is away stops nothing until patience runs out, since it may come back and find the work done.
 */
export class KeptLease {
  private readonly closed = new AbortController();
  private readonly loop: Promise<void>;

  constructor(
    private readonly link: TrainingLink,
    private readonly stop: Stop,
    private readonly options: LeaseOptions,
  ) {
    this.loop = this.run();
  }

  /** Ends the heartbeats; returns when none is under way. */
  async close(): Promise<void> {
    this.closed.abort();
    await this.loop;
  }

  private async run(): Promise<void> {
    const signal = AbortSignal.any([this.closed.signal, this.stop.callSignal]);
    const intervalMs = this.options.leaseMs / 3;
    let answeredAt = Date.now();
    let pauseMs = intervalMs;
    while (!signal.aborted) {
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const isCancelRequested = await this.link.heartbeat(signal, Math.max(intervalMs, 1_000));
        answeredAt = Date.now();
        pauseMs = intervalMs;
        if (isCancelRequested) this.stop.now('cancelled');
      } catch (error) {
        if (signal.aborted) return;
        if (isLeaseLost(error)) return this.stop.now('lease-lost', error);
        if (!isPassing(error)) return this.stop.now('refused', error);
        if (Date.now() - answeredAt > this.options.patienceMs) return this.stop.now('training-away', error);
        this.options.logger.warn({ err: error }, 'a heartbeat was not answered');
        // Sooner than usual: the lease is running out.
        pauseMs = intervalMs / 4;
      }
    }
  }
}
