import { type Database, WakeUp } from '@conch/storage';
import type { Logger, Metrics } from '@conch/telemetry';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { type Selectable, sql, type Transaction } from 'kysely';
import { EVENT_HEADERS, headerText } from './headers.js';
import { type EventTables, OUTBOX_CHANNEL, type OutboxTable } from './tables.js';

/** What a relay needs. */
export interface OutboxRelayOptions<DB extends EventTables> {
  readonly database: Database<DB>;
  readonly nats: NatsConnection;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How often the outbox is read when no notification comes. */
  readonly pollMs?: number;
  readonly publishTimeoutMs?: number;
  /** How long published rows are kept to be looked at. */
  readonly keepSentMs?: number;
}

type Row = Selectable<OutboxTable>;

const DEFAULTS = { pollMs: 1_000, publishTimeoutMs: 5_000, keepSentMs: 24 * 60 * 60 * 1_000 } as const;
const AGGREGATES_A_ROUND = 64;
const ROWS_A_ROUND = 256;
const PRUNE_EVERY_MS = 10 * 60 * 1_000;

/**
 * Publishes the outbox. Rows of one aggregate go out in their order, each only after JetStream acknowledged the one before; a row
 * is marked as sent in the transaction that holds its lock. A relay that dies between the two publishes again with the same
 * `Nats-Msg-Id`, which the stream (within its window) and the consumers' inboxes (always) recognise. Several relays share the
 * work, because a locked aggregate is passed over.
 */
export class OutboxRelay<DB extends EventTables> {
  private readonly database: Database<EventTables>;
  private readonly js: JetStreamClient;
  private readonly wakeUp = new WakeUp();
  private stopped = false;
  private running: Promise<void> | null = null;
  private unlisten: (() => Promise<void>) | null = null;
  private nextPruneAt = 0;

  constructor(private readonly options: OutboxRelayOptions<DB>) {
    // The relay touches its own tables only.
    this.database = options.database as unknown as Database<EventTables>;
    this.js = jetstream(options.nats, { timeout: options.publishTimeoutMs ?? DEFAULTS.publishTimeoutMs });
  }

  /** Begins to publish; resolves once it listens for wake-ups. */
  async start(): Promise<void> {
    if (this.running !== null) return;
    this.unlisten = await this.options.database.listen(OUTBOX_CHANNEL, () => this.wakeUp.wake());
    this.running = this.run();
  }

  /** Ends after the round in flight. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp.wake();
    await this.running;
    await this.unlisten?.();
  }

  private async run(): Promise<void> {
    const { logger } = this.options;
    while (!this.stopped) {
      let again = false;
      try {
        again = await this.publishRound();
        await this.prune();
      } catch (thrown) {
        logger.warn({ err: thrown }, 'the outbox could not be published; trying again');
      }
      if (!again && !this.stopped) await this.wakeUp.wait(this.options.pollMs ?? DEFAULTS.pollMs);
    }
  }

  /** Publishes what is due now; says whether there may be more. */
  async publishRound(): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      const rows = await claim(tx);
      if (rows.length === 0) return false;
      const results = await Promise.all(byAggregate(rows).map((group) => this.publishInOrder(group)));
      const sent = results.flatMap((result) => result.sent);
      const failed = results.flatMap((result) => (result.failed === null ? [] : [result.failed]));
      if (sent.length > 0) await tx.updateTable('outbox').set({ sent_at: sql`clock_timestamp()`, last_error: null }).where('seq', 'in', sent).execute();
      for (const { seq, reason } of failed) {
        await tx.updateTable('outbox').set({ failures: sql`failures + 1`, last_error: reason }).where('seq', '=', seq).execute();
      }
      return failed.length === 0;
    });
  }

  private async publishInOrder(
    rows: readonly Row[],
  ): Promise<{ readonly sent: number[]; readonly failed: { readonly seq: number; readonly reason: string } | null }> {
    const { logger, metrics } = this.options;
    const sent: number[] = [];
    for (const row of rows) {
      try {
        await this.js.publish(row.subject, row.payload, { msgID: row.id, headers: headersOf(row) });
      } catch (thrown) {
        metrics.counter('conch_outbox_failures_total', 'Publishes of an event that JetStream did not acknowledge').inc();
        logger.warn({ err: thrown, eventId: row.id, subject: row.subject, failures: row.failures + 1 }, 'an event could not be published; trying again');
        return { sent, failed: { seq: row.seq, reason: headerText(String(thrown)) } };
      }
      metrics.counter('conch_outbox_published_total', 'Events that JetStream acknowledged').inc();
      metrics
        .histogram('conch_outbox_delay_seconds', 'Time from writing an event to its acknowledgement', [], [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600])
        .observe((Date.now() - row.created_at.getTime()) / 1_000);
      sent.push(row.seq);
    }
    return { sent, failed: null };
  }

  private async prune(): Promise<void> {
    if (Date.now() < this.nextPruneAt) return;
    this.nextPruneAt = Date.now() + PRUNE_EVERY_MS;
    const keptSince = new Date(Date.now() - (this.options.keepSentMs ?? DEFAULTS.keepSentMs));
    await this.database.asSystem((tx) => tx.deleteFrom('outbox').where('sent_at', '<', keptSince).execute());
  }
}

/** Locks the first unsent row of some aggregates that nobody else works on, and reads the rows that follow it. */
async function claim(tx: Transaction<EventTables>): Promise<Row[]> {
  const heads = await tx
    .selectFrom('outbox as head')
    .select('aggregate')
    .where('sent_at', 'is', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('outbox as earlier')
            .select(sql`1`.as('one'))
            .whereRef('earlier.aggregate', '=', 'head.aggregate')
            .whereRef('earlier.seq', '<', 'head.seq')
            .where('earlier.sent_at', 'is', null),
        ),
      ),
    )
    .orderBy('seq')
    .limit(AGGREGATES_A_ROUND)
    .forUpdate()
    .skipLocked()
    .execute();
  if (heads.length === 0) return [];
  const aggregates = heads.map((head) => head.aggregate);
  return tx.selectFrom('outbox').selectAll().where('sent_at', 'is', null).where('aggregate', 'in', aggregates).orderBy('seq').limit(ROWS_A_ROUND).execute();
}

function byAggregate(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.aggregate);
    if (group === undefined) groups.set(row.aggregate, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function headersOf(row: Row): MsgHdrs {
  const made = headers();
  made.set(EVENT_HEADERS.eventId, row.id);
  made.set(EVENT_HEADERS.project, row.project_id);
  made.set(EVENT_HEADERS.time, row.created_at.toISOString());
  if (row.epoch !== null) made.set(EVENT_HEADERS.epoch, String(row.epoch));
  if (row.traceparent !== null) made.set('traceparent', row.traceparent);
  return made;
}
