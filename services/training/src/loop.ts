import { WakeUp } from '@conch/storage';
import type { Logger } from '@conch/telemetry';

/** What a loop needs. */
export interface LoopOptions {
  /** Named in the log when a round fails. */
  readonly name: string;
  /** The longest pause between two rounds; a wake-up ends it early. */
  readonly intervalMs: number;
  /** Ends the loop when it answers `done`. */
  readonly round: () => Promise<'done' | 'again'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Does something again and again until it is stopped; a round that fails is tried again after the pause. */
export class Loop {
  private readonly wakeUp = new WakeUp();
  private running: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly options: LoopOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Has the next round begin at once. */
  wake(): void {
    this.wakeUp.wake();
  }

  /** Ends after the round in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    const { name, intervalMs, round, logger } = this.options;
    while (!this.stopped) {
      try {
        if ((await round()) === 'done') return;
      } catch (thrown) {
        logger.warn({ err: thrown, loop: name }, 'a round failed; it is tried again');
      }
      if (!this.stopped) await this.wakeUp.wait(intervalMs);
    }
  }
}
