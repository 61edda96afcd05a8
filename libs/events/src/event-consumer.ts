import { setTimeout as delay } from 'node:timers/promises';
import { asDomainError, DomainError, Refusal } from '@conch/errors';
import { type Database, SYSTEM_PROJECT } from '@conch/storage';
import { contextFrom, inSpan, type Logger } from '@conch/telemetry';
import { AckPolicy, type ConsumerMessages, jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import type { Transaction } from 'kysely';
import { DeadLetters } from './dead-letters.js';
import { InboxPruning } from './inbox-pruning.js';
import { readEvent } from './read-event.js';
import type { ReceivedEvent } from './received-event.js';
import { EVENTS_STREAM } from './streams.js';
import type { Subject } from './subjects.js';
import type { EventTables } from './tables.js';

/** What a consumer needs. */
export interface EventConsumerOptions<DB extends EventTables, S extends Subject> {
  readonly service: string;
  /** What the consumer does, within its service (`forget-deleted-files`); with the service it names the durable consumer. */
  readonly name: string;
  readonly subjects: readonly S[];
  readonly database: Database<DB>;
  readonly nats: NatsConnection;
  readonly logger: Logger;
  /** The effect, in the transaction that also notes the event as handled. It sees the event's project only. */
  readonly handler: (tx: Transaction<DB>, event: ReceivedEvent<S>) => Promise<void>;
  readonly ackWaitMs?: number;
  /** After this many deliveries a failing event becomes a dead letter. */
  readonly maxDeliveries?: number;
  /** The pauses before further deliveries; the last one repeats. */
  readonly backoffMs?: readonly number[];
}

const DEFAULTS = { ackWaitMs: 30_000, maxDeliveries: 10, backoffMs: [500, 1_000, 2_000, 5_000, 10_000, 30_000] } as const;
/** An event that waits for something that is away is not at fault, but it does not wait for ever. */
const MAX_DELIVERIES_WHILE_UNAVAILABLE = 1_000;
const RECONNECT_PAUSE_MS = 1_000;
const WAITING_KINDS: ReadonlySet<string> = new Set(['unavailable', 'timeout', 'exhausted', 'cancelled', 'internal']);

/**
 * Handles events one after the other, each exactly once in effect: the handler's changes and the note that the event was handled
 * are one transaction, so whatever is delivered again after a crash or a lost acknowledgement finds the note and does nothing.
 *
 * What the handler throws decides: a `DomainError` that no repetition can mend makes a dead letter at once; anything else is
 * delivered again after a pause, and makes a dead letter after `maxDeliveries`; kind `unavailable` is waited for much longer.
 */
export class EventConsumer<DB extends EventTables, S extends Subject> {
  private readonly durable: string;
  private readonly deadLetters: DeadLetters;
  private readonly pruning: InboxPruning;
  private messages: ConsumerMessages | null = null;
  private stopped = false;
  private running: Promise<void> | null = null;

  constructor(private readonly options: EventConsumerOptions<DB, S>) {
    this.durable = `${options.service}-${options.name}`;
    this.deadLetters = new DeadLetters(options.nats, this.durable);
    this.pruning = new InboxPruning(options.database as unknown as Database<EventTables>, options.logger);
  }

  /** Begins to consume; resolves once the durable consumer exists. */
  async start(): Promise<void> {
    if (this.running !== null) return;
    await this.open();
    this.running = this.run();
  }

  /** Ends after the event in hand. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.messages?.stop();
    await this.running;
  }

  private async open(): Promise<void> {
    const manager = await jetstreamManager(this.options.nats, { checkAPI: false });
    await manager.consumers.add(EVENTS_STREAM, {
      durable_name: this.durable,
      filter_subjects: [...this.options.subjects],
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(this.options.ackWaitMs ?? DEFAULTS.ackWaitMs),
      // Counted here instead, because the server would drop an event silently.
      max_deliver: -1,
    });
    const consumer = await jetstream(this.options.nats).consumers.get(EVENTS_STREAM, this.durable);
    this.messages = await consumer.consume({ max_messages: 16 });
    if (this.stopped) this.messages.stop();
  }

  private async run(): Promise<void> {
    const { logger } = this.options;
    while (!this.stopped) {
      try {
        if (this.messages === null) await this.open();
        for await (const delivery of this.messages ?? []) {
          await this.receive(delivery);
          await this.pruning.pruneWhenDue();
          if (this.stopped) return;
        }
      } catch (thrown) {
        logger.warn({ err: thrown, consumer: this.durable }, 'consuming events was interrupted; opening the consumer again');
      }
      this.messages = null;
      if (!this.stopped) await delay(RECONNECT_PAUSE_MS);
    }
  }

  /** Settles one delivery; never throws, because an event that cannot be settled now is delivered again. */
  private async receive(delivery: JsMsg): Promise<void> {
    const { logger } = this.options;
    try {
      if (delivery.info.deliveryCount > MAX_DELIVERIES_WHILE_UNAVAILABLE) throw neverSettled(delivery.info.deliveryCount);
      await this.handle(readEvent<S>(delivery), delivery);
    } catch (thrown) {
      await this.refuse(delivery, asDomainError(thrown), thrown);
      return;
    }
    try {
      await delivery.ackAck();
    } catch (thrown) {
      logger.warn({ err: thrown, consumer: this.durable }, 'an acknowledgement was not confirmed; the event may come again and will be passed over');
    }
  }

  private async handle(event: ReceivedEvent<S>, delivery: JsMsg): Promise<void> {
    const { database, handler } = this.options;
    const effect = async (tx: Transaction<DB>): Promise<void> => {
      const inbox = tx as unknown as Transaction<EventTables>;
      const noted = await inbox
        .insertInto('inbox')
        .values({ consumer: this.durable, event_id: event.id })
        .onConflict((conflict) => conflict.doNothing())
        .returning('event_id')
        .executeTakeFirst();
      if (noted !== undefined) await handler(tx, event);
    };
    const traceparent = delivery.headers?.get('traceparent') ?? '';
    const parent = contextFrom(traceparent === '' ? {} : { traceparent });
    await inSpan(`${this.durable} ${event.subject}`, SpanKind.CONSUMER, parent, async () =>
      event.projectId === SYSTEM_PROJECT ? database.asSystem(effect) : database.inProject(event.projectId, effect),
    );
  }

  private async refuse(delivery: JsMsg, error: DomainError, thrown: unknown): Promise<void> {
    const { logger, maxDeliveries = DEFAULTS.maxDeliveries, backoffMs = DEFAULTS.backoffMs } = this.options;
    const deliveries = delivery.info.deliveryCount;
    const facts = { err: thrown, consumer: this.durable, subject: delivery.subject, deliveries };
    const limit = error.kind === 'unavailable' ? MAX_DELIVERIES_WHILE_UNAVAILABLE : maxDeliveries;
    try {
      if (WAITING_KINDS.has(error.kind) && deliveries < limit) {
        const pauseMs = backoffMs[Math.min(deliveries, backoffMs.length) - 1] ?? RECONNECT_PAUSE_MS;
        logger.warn({ ...facts, pauseMs }, 'an event could not be handled; it will be delivered again');
        delivery.nak(pauseMs);
        return;
      }
      // An unknown error's own message is for the logs of this platform, and a dead letter is read by its operators.
      const reason = thrown instanceof DomainError ? error : new Refusal('internal', 'INTERNAL', String(thrown));
      await this.deadLetters.add(delivery, reason);
      logger.error(facts, 'an event became a dead letter');
      delivery.term(reason.code);
    } catch (failed) {
      // Not acknowledged, so it comes again after the ack wait.
      logger.error({ ...facts, err: failed }, 'an event could not be settled');
    }
  }
}

function neverSettled(deliveries: number): Refusal {
  return new Refusal('precondition', 'EVENT_NEVER_SETTLED', `the event was delivered ${deliveries} times and never settled`, { facts: { deliveries } });
}
