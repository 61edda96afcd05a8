import { Database } from '@conch/storage';
import type { Logger } from '@conch/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { GatewayDatabase } from '../database.js';
import { LOGGER } from '../platform.module.js';

const PRUNE_EVERY_MS = 10 * 60 * 1_000;
/** How long a key stands for its request after the request was done. */
const KEEP_SETTLED_MS = 24 * 60 * 60 * 1_000;

/** Forgets the Idempotency-Keys of requests that were done long ago, and those whose requests died. */
@Injectable()
export class ForgetRequests {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database<GatewayDatabase>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => this.begin(), PRUNE_EVERY_MS);
    this.begin();
  }

  /** Ends after the round in flight. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.running;
  }

  async execute(): Promise<void> {
    const keptSince = new Date(Date.now() - KEEP_SETTLED_MS);
    await this.database.asSystem((tx) => tx.deleteFrom('idempotency').where(sql<boolean>`coalesce(settled_at, claimed_at) < ${keptSince}`).execute());
  }

  private begin(): void {
    this.running = this.running
      .then(() => this.execute())
      .catch((error: unknown) => this.logger.warn({ err: error }, 'old Idempotency-Keys could not be pruned; trying again later'));
  }
}
