import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceEnv } from '@conch/config';
import { type EventTables, outboxMigration } from '@conch/events';
import { type NatsServer, type PostgresServer, startNats, startPostgres } from '@conch/testing';
import { ServiceProcess } from './index.js';

describe(ServiceProcess, () => {
  let postgres: PostgresServer;
  let nats: NatsServer;

  beforeAll(async () => {
    [postgres, nats] = await Promise.all([startPostgres(), startNats()]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all([postgres.stop(), nats.stop()]);
  });

  it('starts its parts in order, tells how they are, and ends them in the opposite order', async () => {
    const healthPort = 20_000 + Math.floor(Math.random() * 10_000);
    const config = ServiceEnv.parse({
      CONCH_SERVICE: 'sample',
      CONCH_STATE_DIR: '/tmp',
      CONCH_ENV_DIR: '/tmp',
      CONCH_REPO_DIR: '/tmp',
      CONCH_ARTIFACT_DIR: '/tmp',
      CONCH_DATABASE_URL: (await postgres.createDatabase()).url,
      CONCH_NATS_URL: nats.url,
      CONCH_NATS_USER: nats.user,
      CONCH_NATS_PASSWORD: nats.password,
      CONCH_SERVICE_TOKEN: 'sixteen-characters',
      CONCH_GRPC_PORT: healthPort + 1,
      CONCH_HEALTH_PORT: healthPort,
      CONCH_LOG_LEVEL: 'fatal',
    });
    const told: string[] = [];
    const part = (name: string) => ({ start: () => void told.push(`${name} started`), stop: () => void told.push(`${name} stopped`) });
    const service = await ServiceProcess.open<EventTables>({ service: 'sample', config, migrations: outboxMigration });
    const rpc = service.rpcServer();
    await service.run([{ stop: () => void told.push('closed') }, part('one'), { start: () => rpc.start(), stop: () => rpc.stop(0) }, part('two')], {
      spirits: async () => {
        throw new Error('low');
      },
    });

    const health = await fetch(`http://127.0.0.1:${healthPort}/healthz`);
    expect([health.status, await health.json()]).toEqual([503, { status: 'failing', checks: { database: 'ok', nats: 'ok', spirits: 'low' } }]);
    await service.stop();
    expect(told).toEqual(['one started', 'two started', 'two stopped', 'one stopped', 'closed']);
    await expect(fetch(`http://127.0.0.1:${healthPort}/livez`)).rejects.toThrow();
  });
});
