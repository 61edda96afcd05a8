import type { Logger } from '@conch/telemetry';
import type { FileRepository } from '../file.repository.js';

const FILES_A_ROUND = 100;

/** Removes files whose time is over, again and again; several processes share the work. */
export class ExpireFiles {
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();

  constructor(
    private readonly files: FileRepository,
    private readonly logger: Logger,
    private readonly intervalMs: number,
    private readonly now: () => Date,
  ) {}

  /** Removes what is due; answers how many files that were. */
  async execute(): Promise<number> {
    let removed = 0;
    for (let more = true; more; ) {
      const count = await this.files.removeExpired(this.now(), FILES_A_ROUND);
      removed += count;
      more = count === FILES_A_ROUND;
    }
    return removed;
  }

  start(): void {
    this.timer ??= setInterval(() => {
      this.round = this.round.then(() => this.runOnce());
    }, this.intervalMs);
  }

  /** Ends after the round in flight. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.round;
  }

  private async runOnce(): Promise<void> {
    try {
      const removed = await this.execute();
      if (removed > 0) this.logger.info({ removed }, 'removed files whose time was over');
    } catch (thrown) {
      // The next round tries again; the health check tells that the database is away.
      this.logger.warn({ err: thrown }, 'could not remove files whose time is over');
    }
  }
}
