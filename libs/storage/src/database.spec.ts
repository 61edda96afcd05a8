import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type PostgresServer, startPostgres } from '@conch/testing';
import { type Generated, type Kysely, sql } from 'kysely';
import pg from 'pg';
import { Database, isolateByProject, type Migrations, openDatabase } from './index.js';

interface Shell {
  readonly id: string;
  readonly project_id: string;
  readonly size: Generated<number>;
}
interface Tables {
  readonly shells: Shell;
}

const migrations: Migrations = {
  '0001_shells': {
    up: async (db: Kysely<unknown>) => {
      await sql`create table shells (id text primary key, project_id text not null, size bigint not null default 0)`.execute(db);
      await isolateByProject(db, 'shells', { publicReadable: true });
    },
  },
};
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let postgres: PostgresServer;
const opened: Database<Tables>[] = [];

function open(url: string, retryForMs = 20_000): Database<Tables> {
  const database = openDatabase<Tables>({ url, service: 'test', logger: silent, retryForMs });
  opened.push(database);
  return database;
}

async function until(claim: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await claim())) {
    if (Date.now() > deadline) throw new Error('it did not come true in 30 s');
    await delay(20);
  }
}

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(async () => {
  await Promise.all(opened.map((database) => database.close()));
  await postgres.stop();
});

describe(Database.name, () => {
  let url: string;
  let adminUrl: string;
  let database: Database<Tables>;

  beforeEach(async () => {
    ({ url, adminUrl } = await postgres.createDatabase());
    database = open(url);
    await database.migrate(migrations);
  });

  const add = (project: string, id: string) => database.inProject(project, (tx) => tx.insertInto('shells').values({ id, project_id: project }).execute());
  const seenBy = (project: string) =>
    database.inProject(project, async (tx) => (await tx.selectFrom('shells').select('id').orderBy('id').execute()).map((row) => row.id));

  it('shows a project its own rows and the public ones only', async () => {
    await add('one', 'a');
    await add('two', 'b');
    await add('public', 'c');
    expect(await seenBy('one')).toEqual(['a', 'c']);
    expect(await seenBy('two')).toEqual(['b', 'c']);
    expect(await database.asSystem((tx) => tx.selectFrom('shells').select('id').execute())).toHaveLength(3);
  });

  it('lets no project write rows of another, the public one included', async () => {
    await add('public', 'c');
    const steal = (project: string) => database.inProject('one', (tx) => tx.insertInto('shells').values({ id: 'x', project_id: project }).execute());
    await expect(steal('two')).rejects.toThrow(/row-level security/);
    await expect(steal('public')).rejects.toThrow(/row-level security/);
    const changed = await database.inProject('one', (tx) => tx.updateTable('shells').set({ size: 9 }).executeTakeFirst());
    expect(changed.numUpdatedRows).toBe(0n);
  });

  it('shows a connection that names no project nothing, even one that served a project before', async () => {
    await add('one', 'a');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const count = async () => (await client.query<{ n: number }>('select count(*)::int as n from shells')).rows[0]?.n;
    expect(await count()).toBe(0);
    await client.query("begin; select set_config('conch.project_id', 'one', true)");
    expect(await count()).toBe(1);
    await client.query('commit');
    expect(await count()).toBe(0);
    await client.end();
  });

  it.each(['', '*'])('refuses to work in the project "%s"', async (project) => {
    await expect(database.inProject(project, async () => 1)).rejects.toMatchObject({ code: 'PROJECT_MISSING' });
  });

  it('refuses to migrate as a role that row-level security does not bind', async () => {
    const admin = open(adminUrl);
    await expect(admin.migrate(migrations)).rejects.toMatchObject({ kind: 'precondition', code: 'DATABASE_ROLE_UNGUARDED' });
  });

  it('migrates once although several processes start at once', async () => {
    const fresh = await postgres.createDatabase();
    const processes = Array.from({ length: 5 }, () => open(fresh.url));
    await Promise.all(processes.map((process) => process.migrate(migrations)));
    const names = await processes[0]?.asSystem((tx) => sql<{ name: string }>`select name from kysely_migration`.execute(tx));
    expect(names?.rows.map((row) => row.name)).toEqual(['0001_shells']);
  });

  it('names the migration that failed and leaves nothing of it', async () => {
    const broken: Migrations = {
      ...migrations,
      '0002_broken': {
        up: async (db: Kysely<unknown>) => {
          await sql`create table half (id text)`.execute(db);
          await sql`select no_such_function()`.execute(db);
        },
      },
    };
    await expect(database.migrate(broken)).rejects.toMatchObject({ code: 'MIGRATION_FAILED', facts: { migration: '0002_broken' } });
    const half = await database.asSystem((tx) => sql<{ there: string | null }>`select to_regclass('half')::text as there`.execute(tx));
    expect(half.rows[0]?.there).toBeNull();
  });

  it('tries a transaction again that others made fail, until it fits', async () => {
    await add('one', 'count');
    const increment = () =>
      database.inProject(
        'one',
        async (tx) => {
          const { size } = await tx.selectFrom('shells').select('size').where('id', '=', 'count').executeTakeFirstOrThrow();
          await tx
            .updateTable('shells')
            .set({ size: size + 1 })
            .where('id', '=', 'count')
            .execute();
        },
        { isolation: 'serializable', retryForMs: 60_000 },
      );
    await Promise.all(Array.from({ length: 8 }, increment));
    const row = await database.inProject('one', (tx) => tx.selectFrom('shells').select('size').executeTakeFirstOrThrow());
    expect(row.size).toBe(8);
  });

  it('passes an error of the work through and keeps nothing', async () => {
    const fault = new Error('mine');
    const work = database.inProject('one', async (tx) => {
      await tx.insertInto('shells').values({ id: 'a', project_id: 'one' }).execute();
      throw fault;
    });
    await expect(work).rejects.toBe(fault);
    expect(await seenBy('one')).toEqual([]);
  });
});

describe('a database whose server is killed', () => {
  let url: string;

  beforeEach(async () => {
    ({ url } = await postgres.createDatabase());
  });

  it('finishes transactions that began before the crash once the server is back', async () => {
    const database = open(url);
    await database.migrate(migrations);
    let tries = 0;
    const work = database.inProject('one', async (tx) => {
      tries += 1;
      await tx.insertInto('shells').values({ id: 'a', project_id: 'one' }).execute();
      if (tries === 1) {
        await postgres.crash();
        void postgres.resume();
      }
      await tx.updateTable('shells').set({ size: 1 }).execute();
    });
    await work;
    expect(tries).toBeGreaterThan(1);
    await expect(database.ping()).resolves.toBeUndefined();
    const rows = await database.inProject('one', (tx) => tx.selectFrom('shells').selectAll().execute());
    expect(rows).toEqual([{ id: 'a', project_id: 'one', size: 1 }]);
  }, 60_000);

  it('answers with unavailable while the server is away', async () => {
    const database = open(url, 0);
    await database.migrate(migrations);
    await postgres.crash();
    await expect(database.inProject('one', async () => 1)).rejects.toMatchObject({ kind: 'unavailable', code: 'DATABASE_UNAVAILABLE' });
    await expect(database.ping()).rejects.toMatchObject({ kind: 'unavailable' });
    await postgres.resume();
    await expect(database.ping()).resolves.toBeUndefined();
  }, 60_000);

  it('listens again after a crash and says that something may have been missed', async () => {
    const database = open(url);
    const heard: string[] = [];
    const stop = await database.listen('shells', (payload) => heard.push(payload));
    const say = (text: string) => database.asSystem((tx) => sql`select pg_notify('shells', ${text})`.execute(tx));
    await say('first');
    await until(() => heard.includes('first'));
    await postgres.crash();
    await postgres.resume();
    await until(() => heard.includes(''));
    await say('second');
    await until(() => heard.includes('second'));
    await stop();
  }, 60_000);
});
