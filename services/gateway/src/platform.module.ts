import { Database } from '@conch/storage';
import type { Logger, Metrics } from '@conch/telemetry';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import type { GatewayConfig } from './config.js';
import type { GatewayDatabase } from './database.js';
import { Peers } from './peers/peers.js';

/** Injection tokens of what has no class. */
export const CONFIG = Symbol('config');
export const LOGGER = Symbol('logger');
export const NATS = Symbol('nats');
export const METRICS = Symbol('metrics');

/** What the process opened before Nest starts. */
export interface Connections {
  readonly database: Database<GatewayDatabase>;
  readonly nats: NatsConnection;
  readonly peers: Peers;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** What every capability stands on: configuration, the database, the peers, the log. */
@Global()
@Module({})
export class PlatformModule {
  static with(config: GatewayConfig, { database, nats, peers, logger, metrics }: Connections): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: config },
      { provide: Database, useValue: database },
      { provide: NATS, useValue: nats },
      { provide: LOGGER, useValue: logger },
      { provide: Peers, useValue: peers },
      { provide: METRICS, useValue: metrics },
    ];
    return { module: PlatformModule, providers, exports: providers };
  }
}
