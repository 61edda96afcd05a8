import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Outbox } from '@conch/events';
import { type Database, openDatabase } from '@conch/storage';
import { createLogger } from '@conch/telemetry';
import { type PostgresServer, startPostgres } from '@conch/testing';
import { type InferenceDatabase, migrations } from '../database.js';
import { aDeployment } from './deployment.fixture.js';
import { PostgresDeploymentRepository } from './postgres-deployment.repository.js';

const AT = new Date('2026-01-01T00:01:00Z');

let postgres: PostgresServer;
let database: Database<InferenceDatabase>;
let deployments: PostgresDeploymentRepository;

beforeAll(async () => {
  postgres = await startPostgres();
  const { url } = await postgres.createDatabase();
  database = openDatabase<InferenceDatabase>({ url, service: 'inference', logger: createLogger({ service: 'inference', level: 'silent' }) });
  await database.migrate(migrations);
  deployments = new PostgresDeploymentRepository(database, new Outbox());
}, 120_000);

afterAll(async () => {
  await database.close();
  await postgres.stop();
});

function announced(): Promise<string[]> {
  return database.asSystem(async (tx) => (await tx.selectFrom('outbox').select('subject').orderBy('subject').execute()).map(({ subject }) => subject));
}

describe(PostgresDeploymentRepository.name, () => {
  it('drops a change of a deployment that has moved on, and announces nothing', async () => {
    const loading = aDeployment({ state: 'loading' });
    await deployments.addOnce(loading);
    expect(await deployments.save(loading.to('draining', AT), 'loading')).toBe(true);
    expect(await deployments.save(loading.to('ready', AT), 'loading')).toBe(false);
    expect((await deployments.find(loading.id))?.state).toBe('draining');
    expect(await announced()).toEqual([]);
  });

  it('stores a change of one that stands as expected, and announces it', async () => {
    const loading = aDeployment({ id: 'dep_2', modelVersionId: 'mv_2', revisionId: 'rev_2', state: 'loading' });
    await deployments.addOnce(loading);
    expect(await deployments.save(loading.to('ready', AT), 'loading')).toBe(true);
    expect((await deployments.find(loading.id))?.state).toBe('ready');
    expect(await announced()).toEqual(['conch.events.inference.deployment.ready']);
  });
});
