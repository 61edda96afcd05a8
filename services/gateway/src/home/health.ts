import { Database } from '@conch/storage';
import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import type { GatewayDatabase } from '../database.js';
import { NATS } from '../platform.module.js';
import type { HealthView } from './home-operations.js';

const CHECK_TIMEOUT_MS = 3_000;

/** Whether the gateway can do its work: whether what it cannot do without answers. */
@Injectable()
export class Health {
  constructor(
    private readonly database: Database<GatewayDatabase>,
    @Inject(NATS) private readonly nats: NatsConnection,
  ) {}

  /** By name; one that throws fails. */
  get checks(): { readonly database: () => Promise<void>; readonly nats: () => Promise<void> } {
    return { database: () => this.database.ping(), nats: () => this.nats.flush() };
  }

  /** What anybody may know: which part fails, and not how. */
  async view(): Promise<HealthView> {
    const outcomes = await Promise.all(Object.entries(this.checks).map(async ([name, check]) => [name, (await passes(check)) ? 'ok' : 'failing'] as const));
    return { status: outcomes.every(([, outcome]) => outcome === 'ok') ? 'ok' : 'failing', checks: Object.fromEntries(outcomes) };
  }
}

async function passes(check: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check().then(() => true), timeout]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
