import { Database, openDatabase } from '@conch/storage';
import { createLogger, createMetrics } from '@conch/telemetry';
import { type PostgresServer, startPostgres } from '@conch/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { NatsConnection } from '@nats-io/transport-node';
import type { InjectOptions, Response } from 'light-my-request';
import { newKeySecret } from './auth/key.entity.js';
import { type GatewayConfig, readGatewayConfig } from './config.js';
import { type GatewayDatabase, migrations } from './database.js';
import { createServer } from './http/create-server.js';
import type { Peers } from './peers/peers.js';

/** The peers' methods that a test answers; a call of any other fails the request. */
export type FakePeers = { readonly [P in keyof Peers]?: Partial<Peers[P]> };

/** A request to the gateway under test. */
export interface TestRequest extends InjectOptions {
  /** The API key to send; the first project's when it is left out, none when null. */
  readonly key?: string | null;
}

/** A whole gateway on a Postgres of its own, with fake peers; asked through `inject` or over a real port. */
export interface TestGateway {
  readonly app: NestFastifyApplication;
  readonly database: Database<GatewayDatabase>;
  /** Keys of two projects, `proj_one` and `proj_two`. */
  readonly keys: { readonly one: string; readonly two: string };
  request(method: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH', url: string, request?: TestRequest): Promise<Response>;
  /** Listens on a free port; returns the base URL. */
  listen(): Promise<string>;
  stop(): Promise<void>;
}

const ENV = {
  ...{ CONCH_SERVICE: 'gateway', CONCH_STATE_DIR: '/nowhere', CONCH_ENV_DIR: '/nowhere', CONCH_REPO_DIR: '/nowhere', CONCH_ARTIFACT_DIR: '/nowhere' },
  ...{ CONCH_NATS_URL: 'nats://127.0.0.1:1', CONCH_NATS_USER: 'gateway', CONCH_NATS_PASSWORD: 'unused', CONCH_SERVICE_TOKEN: 'a-token-that-no-test-sends' },
  ...{ CONCH_GRPC_PORT: '1', CONCH_HEALTH_PORT: '1', CONCH_HTTP_PORT: '0', CONCH_BOOTSTRAP_KEY_FILE: '/nowhere/key', CONCH_LOG_LEVEL: 'fatal' },
  ...{ CONCH_DATASETS_GRPC: '127.0.0.1:1', CONCH_TRAINING_GRPC: '127.0.0.1:1', CONCH_INFERENCE_GRPC: '127.0.0.1:1', CONCH_RETRIEVAL_GRPC: '127.0.0.1:1' },
};

const NO_NATS = { flush: async () => undefined } as unknown as NatsConnection;

/** Starts a gateway for a spec; stop it in `afterAll`. */
export async function startGateway(peers: FakePeers, settings: Partial<Record<keyof GatewayConfig, string>> = {}): Promise<TestGateway> {
  const postgres = await startPostgres();
  const { url } = await postgres.createDatabase();
  const config = readGatewayConfig({ ...ENV, CONCH_DATABASE_URL: url, ...settings });
  const logger = createLogger({ service: 'gateway', level: config.CONCH_LOG_LEVEL });
  const database = openDatabase<GatewayDatabase>({ url, service: 'gateway', logger });
  await database.migrate(migrations);
  const app = await createServer(config, { database, nats: NO_NATS, peers: peers as Peers, logger, metrics: createMetrics('gateway') });
  const keys = { one: await addProject(database, 'one'), two: await addProject(database, 'two') };
  return {
    app,
    database,
    keys,
    request: async (method, path, { key = keys.one, headers, ...rest } = {}) =>
      app.inject({ method, url: path, headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers }, ...rest }),
    listen: async () => {
      await app.listen(0, '127.0.0.1');
      return app.getUrl();
    },
    stop: () => stop(app, database, postgres),
  };
}

async function addProject(database: Database<GatewayDatabase>, name: string): Promise<string> {
  const { secret, sha256, hint } = newKeySecret();
  await database.asSystem(async (tx) => {
    await tx
      .insertInto('projects')
      .values({ id: `proj_${name}`, name })
      .execute();
    await tx
      .insertInto('keys')
      .values({ id: `key_${name}`, project_id: `proj_${name}`, name, sha256, hint })
      .execute();
  });
  return secret;
}

async function stop(app: NestFastifyApplication, database: Database<GatewayDatabase>, postgres: PostgresServer): Promise<void> {
  await app.close();
  await database.close();
  await postgres.stop();
}
