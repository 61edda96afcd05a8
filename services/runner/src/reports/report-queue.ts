import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptReport } from '@conch/contracts/training';

/** What a report may say. */
export type ReportBody = NonNullable<AttemptReport['body']>;

interface QueueOptions {
  /** Sends a batch, for as long as it takes; answers the highest number that is stored. */
  readonly send: (batch: readonly AttemptReport[]) => Promise<number>;
  /** Told once, when sending has failed for good. */
  readonly onFailure: (error: unknown) => void;
  readonly now: () => Date;
  readonly capacity?: number;
  readonly batch?: number;
}

const CAPACITY = 2_000;
const BATCH = 200;
const RESEND_PAUSE_MS = 100;

/**
 * Numbers reports and sends them in order, a batch at a time; what was not stored is sent again. The queue is bounded: `push` waits for
 * room, and what waits behind it stays in the engine's events file, so nothing is lost while training is away.
 */
export class ReportQueue {
  private readonly pending: AttemptReport[] = [];
  private readonly waiting: (() => void)[] = [];
  private nextNumber = 1;
  private isSending = false;
  private failure: { readonly error: unknown } | null = null;

  constructor(private readonly options: QueueOptions) {}

  /** Takes a report; returns when there is room for the next one. Throws when sending has failed for good. */
  async push(body: ReportBody): Promise<void> {
    this.throwIfFailed();
    this.pending.push({ number: this.nextNumber++, at: this.options.now(), body });
    this.pump();
    while (this.pending.length >= (this.options.capacity ?? CAPACITY)) await this.turn();
  }

  /** Returns when everything that was pushed is stored. */
  async flush(): Promise<void> {
    this.throwIfFailed();
    while (this.pending.length > 0) await this.turn();
  }

  private async turn(): Promise<void> {
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.throwIfFailed();
  }

  private throwIfFailed(): void {
    if (this.failure !== null) throw this.failure.error;
  }

  private pump(): void {
    if (this.isSending || this.failure !== null) return;
    this.isSending = true;
    void this.sendAll();
  }

  private async sendAll(): Promise<void> {
    try {
      while (this.pending.length > 0) {
        const stored = await this.options.send(this.pending.slice(0, this.options.batch ?? BATCH));
        const kept = this.pending.findIndex(({ number }) => number > stored);
        this.pending.splice(0, kept < 0 ? this.pending.length : kept);
        this.wake();
        if (kept === 0) await sleep(RESEND_PAUSE_MS);
      }
    } catch (error) {
      this.failure = { error };
      this.wake();
      this.options.onFailure(error);
    } finally {
      // In the same turn as the last look at what is pending: a push after it must start the pump anew.
      this.isSending = false;
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
