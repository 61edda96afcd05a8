import type { Database } from '@conch/storage';
import type { Logger } from '@conch/telemetry';
import { DAY_MS, EVENTS_KEPT_MS } from './streams.js';
import type { EventTables } from './tables.js';

const PRUNE_EVERY_MS = 10 * 60 * 1_000;
/** An event that the stream no longer holds is not delivered again; the day is for clocks that disagree. */
const KEEP_HANDLED_MS = EVENTS_KEPT_MS + DAY_MS;

/** Forgets the events of an inbox that cannot come again. */
export class InboxPruning {
  private nextPruneAt = 0;

  constructor(
    private readonly database: Database<EventTables>,
    private readonly logger: Logger,
  ) {}

  /** Prunes when it is time to. Never throws, because handling events does not depend on it. */
  async pruneWhenDue(): Promise<void> {
    if (Date.now() < this.nextPruneAt) return;
    this.nextPruneAt = Date.now() + PRUNE_EVERY_MS;
    const keptSince = new Date(Date.now() - KEEP_HANDLED_MS);
    try {
      await this.database.asSystem((tx) => tx.deleteFrom('inbox').where('received_at', '<', keptSince).execute());
    } catch (error) {
      this.logger.warn({ err: error }, 'the inbox could not be pruned; trying again later');
    }
  }
}
