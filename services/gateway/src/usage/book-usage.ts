import { EventConsumer } from '@conch/events';
import { Database } from '@conch/storage';
import type { Logger } from '@conch/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import type { GatewayDatabase } from '../database.js';
import { LOGGER, NATS } from '../platform.module.js';
import { USAGE_SUBJECTS, UsageLedger } from './usage-ledger.js';

type Consumer = EventConsumer<GatewayDatabase, (typeof USAGE_SUBJECTS)[number]>;

/** Books the tokens that the services tell of, each event once. */
@Injectable()
export class BookUsage {
  private consumer: Consumer | null = null;

  constructor(
    private readonly ledger: UsageLedger,
    private readonly database: Database<GatewayDatabase>,
    @Inject(NATS) private readonly nats: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    const { database, nats, logger } = this;
    this.consumer ??= new EventConsumer({
      ...{ service: 'gateway', name: 'book-usage', subjects: USAGE_SUBJECTS, database, nats, logger },
      handler: (tx, event) => this.ledger.book(tx, event),
    });
    await this.consumer.start();
  }

  /** Ends after the event in hand. */
  async stop(): Promise<void> {
    await this.consumer?.stop();
  }
}
