import type { Logger } from '@conch/telemetry';
import { type NatsConnection, connect } from '@nats-io/transport-node';

/** Connects to NATS, waiting for it to come up, and stays: a lost connection is sought again for ever. */
export async function connectNats(options: { url: string; user: string; password: string; name: string; logger?: Logger }): Promise<NatsConnection> {
  const connection = await connect({
    servers: options.url,
    user: options.user,
    pass: options.password,
    name: options.name,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    reconnectJitter: 100,
    pingInterval: 10_000,
    maxPingOut: 2,
  });
  void reportStatus(connection, options.logger);
  return connection;
}

async function reportStatus(connection: NatsConnection, logger: Logger | undefined): Promise<void> {
  for await (const event of connection.status()) {
    if (event.type === 'disconnect' || event.type === 'reconnect' || event.type === 'error') logger?.warn({ event: event.type }, 'nats connection');
  }
}
