import { newId } from '@conch/storage';
import { traceHeaders } from '@conch/telemetry';
import { sql, type Transaction } from 'kysely';
import { eventKind, type MessageOf, type Subject } from './subjects.js';
import { type EventTables, OUTBOX_CHANNEL } from './tables.js';

/** What travels with an event beside its message. */
export interface EventMeta {
  readonly projectId: string;
  /** The lease epoch of the attempt that the event speaks of. */
  readonly epoch?: number;
}

/** Announces events in the transaction that makes them true: both are stored, or neither. */
export class Outbox<DB extends EventTables> {
  /** Writes an event into the transaction; it is published soon after the commit. */
  async add<S extends Subject>(tx: Transaction<DB>, subject: S, message: MessageOf<S>, meta: EventMeta): Promise<void> {
    const kind = eventKind(subject);
    const aggregate = `${subject.split('.').slice(2, 4).join('.')}/${kind.aggregate(message)}`;
    const own = tx as unknown as Transaction<EventTables>;
    // Numbers are given out before the commit. The lock lasts until the commit, so that for one aggregate the order of the
    // numbers is the order in which the relay gets to see the rows.
    await sql`select pg_advisory_xact_lock(hashtextextended(${aggregate}, 0))`.execute(own);
    await own
      .insertInto('outbox')
      .values({
        id: newId('evt_'),
        project_id: meta.projectId,
        subject,
        aggregate,
        epoch: meta.epoch ?? null,
        payload: Buffer.from(kind.encode(message).finish()),
        traceparent: traceHeaders()['traceparent'] ?? null,
        sent_at: null,
        last_error: null,
      })
      .execute();
    await sql`select pg_notify(${OUTBOX_CHANNEL}, '')`.execute(own);
  }
}
