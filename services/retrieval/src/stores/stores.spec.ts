import { type PostgresServer, startPostgres } from '@conch/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bench, LOGGER, PROJECT } from '../retrieval.fixture.js';
import { ExpireStores } from './expire-stores/expire-stores.js';
import { Store } from './store.entity.js';
import { UpdateStore } from './update-store/update-store.js';

const DAY_MS = 86_400_000;
let server: PostgresServer;
let bench: Bench;

beforeAll(async () => {
  server = await startPostgres();
  bench = await Bench.open((await server.createDatabase()).url);
}, 60_000);

afterAll(async () => {
  await bench.close();
  await server.stop();
});

describe(Store.name, () => {
  it('is made with its first files, which wait to be indexed', async () => {
    bench.files.put('file-1', 'a.txt', 'conch');
    const made = await bench.create.execute({
      projectId: PROJECT,
      name: 'n',
      fileIds: ['file-1', 'file-1'],
      metadata: { a: 'b' },
      expiresAfterDays: 0,
      chunking: undefined,
    });
    expect(await bench.stores.find(PROJECT, made.store.id)).toMatchObject({
      store: { facts: { name: 'n', metadata: { a: 'b' } } },
      contents: { inProgress: 1 },
    });
  });

  it('is not made at all when one of its files does not exist', async () => {
    const before = (await bench.stores.list(PROJECT, undefined)).rows.length;
    const create = bench.create.execute({ projectId: PROJECT, name: 'n', fileIds: ['file-none'], metadata: {}, expiresAfterDays: 0, chunking: undefined });
    await expect(create).rejects.toMatchObject({ kind: 'not_found' });
    expect((await bench.stores.list(PROJECT, undefined)).rows).toHaveLength(before);
  });

  it('is seen by its own project only', async () => {
    const id = await bench.aStore('proj_2');
    expect([await bench.stores.find(PROJECT, id), (await bench.stores.find('proj_2', id))?.store.id]).toEqual([null, id]);
    expect(await bench.stores.remove(PROJECT, id)).toBe(false);
  });

  it('changes what is given and keeps the rest', async () => {
    const id = await bench.aStore();
    const { store } = await new UpdateStore(bench.stores).execute({ projectId: PROJECT, id, metadata: { owner: 'ana' } });
    expect(store.facts).toMatchObject({ name: 'handbook', metadata: { owner: 'ana' } });
  });

  it.each([
    ['a name of more than 256 characters', { name: 'x'.repeat(257) }, 'name'],
    ['more than 16 pairs', { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, ''])) }, 'metadata'],
    ['more than 365 days', { expiresAfterDays: 366 }, 'expires_after.days'],
  ])('refuses %s', async (_fault, changes, param) => {
    const id = await bench.aStore();
    await expect(new UpdateStore(bench.stores).execute({ projectId: PROJECT, id, ...changes })).rejects.toMatchObject({ kind: 'invalid', param });
  });

  it('loses its contents when its time is over, and refuses to be searched, but stays listed', async () => {
    const id = await bench.aStore();
    await new UpdateStore(bench.stores).execute({ projectId: PROJECT, id, expiresAfterDays: 1 });
    const fileId = await bench.put(id, 'a.txt', 'conch');
    await bench.work();
    await new ExpireStores(bench.stores, LOGGER).execute(new Date(Date.now() + 2 * DAY_MS));
    expect(await bench.document(id, fileId)).toBeUndefined();
    await bench.database.asSystem((tx) =>
      tx
        .updateTable('stores')
        .set({ last_active_at: new Date(Date.now() - 2 * DAY_MS) })
        .where('id', '=', id)
        .execute(),
    );
    await expect(bench.find(id, 'conch')).rejects.toMatchObject({ kind: 'precondition', code: 'STORE_EXPIRED' });
    expect(await bench.stores.find(PROJECT, id)).toMatchObject({ contents: { completed: 0 } });
  });

  it('lives on while it is used', async () => {
    const id = await bench.aStore();
    await new UpdateStore(bench.stores).execute({ projectId: PROJECT, id, expiresAfterDays: 1 });
    const before = new Date(Date.now() - DAY_MS / 2);
    await bench.database.asSystem((tx) => tx.updateTable('stores').set({ last_active_at: before }).where('id', '=', id).execute());
    await bench.find(id, 'conch');
    const found = await bench.stores.find(PROJECT, id);
    expect(found?.store.facts.lastActiveAt.getTime()).toBeGreaterThan(before.getTime());
  });
});
