import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PostgresServer, startPostgres } from '@conch/testing';
import fc from 'fast-check';
import { type Kysely, sql } from 'kysely';
import { type Database, openDatabase, type Page, pageBy, type PageRequest } from './index.js';

interface Tables {
  readonly shells: { readonly id: string; readonly place: string; readonly created_at: Date };
}
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

let postgres: PostgresServer;
let database: Database<Tables>;

beforeAll(async () => {
  postgres = await startPostgres();
  const { url } = await postgres.createDatabase();
  database = openDatabase<Tables>({ url, service: 'test', logger: silent });
  await database.migrate({
    '0001': {
      up: async (db: Kysely<unknown>) => {
        await sql`create table shells (id text primary key, place text not null, created_at timestamptz not null)`.execute(db);
        // Three rows share each time, a microsecond apart from the next, so that neither the time alone nor a Date would do.
        await sql`insert into shells select 's' || lpad(n::text, 2, '0'), case when n % 2 = 0 then 'even' else 'odd' end,
          timestamptz '2026-01-01' + (n / 3) * interval '1 microsecond' from generate_series(0, 24) n`.execute(db);
      },
    },
  });
}, 120_000);

afterAll(async () => {
  await database.close();
  await postgres.stop();
});

async function page(request: Partial<PageRequest>, place?: string): Promise<{ ids: string[]; hasMore: boolean }> {
  const found: Page<{ id: string }> = await database.asSystem((tx) => {
    const query = tx.selectFrom('shells').select('id');
    return pageBy(place === undefined ? query : query.where('place', '=', place), request, { table: 'shells' });
  });
  return { ids: found.rows.map((row) => row.id), hasMore: found.hasMore };
}

const all = Array.from({ length: 25 }, (_, n) => `s${String(n).padStart(2, '0')}`);

describe(pageBy.name, () => {
  it('walks a list from end to end, each row once, whatever the page size and the direction', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), fc.boolean(), async (limit, ascending) => {
        const walked: string[] = [];
        for (let after = '', more = true; more; ) {
          const { ids, hasMore } = await page({ limit, ascending, after });
          walked.push(...ids);
          more = hasMore;
          after = ids.at(-1) ?? '';
        }
        expect(walked).toEqual(ascending ? all : [...all].reverse());
      }),
      { numRuns: 20 },
    );
  });

  it('gives the rows just before a cursor, in the order of the list', async () => {
    expect(await page({ before: 's10', limit: 3, ascending: true })).toEqual({ ids: ['s07', 's08', 's09'], hasMore: true });
    expect(await page({ before: 's02', limit: 3, ascending: true })).toEqual({ ids: ['s00', 's01'], hasMore: false });
    expect(await page({ before: 's10', limit: 2 })).toEqual({ ids: ['s12', 's11'], hasMore: true });
  });

  it('gives what lies between two cursors', async () => {
    expect(await page({ after: 's03', before: 's06', ascending: true })).toEqual({ ids: ['s04', 's05'], hasMore: false });
  });

  it.each(['after', 'before'] as const)('refuses a cursor that is not in the list and names %s', async (param) => {
    await expect(page({ [param]: 'nope' })).rejects.toMatchObject({ kind: 'invalid', param });
    await expect(page({ [param]: 's01' }, 'even')).rejects.toMatchObject({ kind: 'invalid', param });
  });

  it('keeps a cursor valid whose row a narrowing filter no longer matches', async () => {
    const found = await database.asSystem((tx) =>
      pageBy(
        tx.selectFrom('shells').select('id'),
        { after: 's01', ascending: true, limit: 2 },
        {
          table: 'shells',
          narrow: (query) => query.where('place', '=', 'even'),
        },
      ),
    );
    expect(found.rows.map((row) => row.id)).toEqual(['s02', 's04']);
  });

  it('takes 20 rows by default and never more than the cap', async () => {
    expect((await page({})).ids).toHaveLength(20);
    const capped = await database.asSystem((tx) => pageBy(tx.selectFrom('shells').select('id'), { limit: 25 }, { table: 'shells', maxLimit: 5 }));
    expect(capped.rows).toHaveLength(5);
  });

  it.each([-1, 0.5])('refuses the limit %s', async (limit) => {
    await expect(page({ limit })).rejects.toMatchObject({ kind: 'invalid', param: 'limit' });
  });
});
