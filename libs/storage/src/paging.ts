import { Refusal } from '@conch/errors';
import { type SelectQueryBuilder, sql } from 'kysely';

/** Which slice of a list is wanted; the message `conch.common.v1.PageRequest` fits. */
export interface PageRequest {
  readonly limit: number;
  readonly after: string;
  readonly before: string;
  readonly ascending: boolean;
}

/** One page of a list, in the order that was asked for. */
export interface Page<Row> {
  readonly rows: Row[];
  readonly hasMore: boolean;
}

/** What a query is paged by. */
export interface PagingOptions<DB, TB extends keyof DB, O> {
  /** Table (or alias) that holds the two columns; every query must select from it. */
  readonly table: keyof DB & string;
  /** Column that a cursor names, unique within the query; `id` when left out. */
  readonly idColumn?: string;
  /** Column that the list is ordered by before the id; `created_at` when left out. */
  readonly timeColumn?: string;
  readonly defaultLimit?: number;
  readonly maxLimit?: number;
  /** Filters on values that may change (a state): they narrow the page, but a cursor row that no longer matches stays a valid cursor. */
  readonly narrow?: (query: SelectQueryBuilder<DB, TB, O>) => SelectQueryBuilder<DB, TB, O>;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/**
 * Reads one page of a query by (time, id), newest first unless `ascending`. `after` and `before` are ids of rows of the same query;
 * one that is not there is refused with the parameter's name. A limit of 0 means the default, one above the cap is cut to it.
 */
export async function pageBy<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  page: Partial<PageRequest> | undefined,
  options: PagingOptions<DB, TB, O>,
): Promise<Page<O>> {
  const id = sql.ref<string>(`${options.table}.${options.idColumn ?? 'id'}`);
  const time = sql.ref<Date>(`${options.table}.${options.timeColumn ?? 'created_at'}`);
  const limit = limitOf(page?.limit ?? 0, options);
  const ascending = page?.ascending ?? false;
  // With `before` alone the rows nearest to the cursor are wanted, so the list is read from its other end and turned round.
  const backwards = (page?.before ?? '') !== '' && (page?.after ?? '') === '';
  let slice = options.narrow === undefined ? query : options.narrow(query);
  for (const param of ['after', 'before'] as const) {
    const cursor = page?.[param] ?? '';
    if (cursor === '') continue;
    const at = await cursorTime(query, { param, cursor, id, time });
    const operator = sql.raw((param === 'after') === ascending ? '>' : '<');
    slice = slice.where(sql<boolean>`(${time}, ${id}) ${operator} (${at}::timestamptz, ${cursor})`);
  }
  const direction = ascending === backwards ? 'desc' : 'asc';
  const rows = await slice
    .orderBy(time, direction)
    .orderBy(id, direction)
    .limit(limit + 1)
    .execute();
  const kept = rows.slice(0, limit);
  return { rows: backwards ? kept.reverse() : kept, hasMore: rows.length > limit };
}

function limitOf(limit: number, options: { readonly defaultLimit?: number; readonly maxLimit?: number }): number {
  if (!Number.isInteger(limit) || limit < 0) {
    throw new Refusal('invalid', 'PAGE_LIMIT_INVALID', `limit: ${limit} is not a whole number from 1 on`, { param: 'limit' });
  }
  return Math.min(limit === 0 ? (options.defaultLimit ?? DEFAULT_LIMIT) : limit, options.maxLimit ?? MAX_LIMIT);
}

interface CursorLookup {
  readonly param: 'after' | 'before';
  readonly cursor: string;
  readonly id: ReturnType<typeof sql.ref<string>>;
  readonly time: ReturnType<typeof sql.ref<Date>>;
}

/** The cursor row's time as Postgres writes it, because a Date would cut the microseconds off. */
async function cursorTime<DB, TB extends keyof DB, O>(query: SelectQueryBuilder<DB, TB, O>, lookup: CursorLookup): Promise<string> {
  const found = await query
    .clearSelect()
    .clearOrderBy()
    .select(sql<string>`${lookup.time}::text`.as('cursor_time'))
    .where(sql<boolean>`${lookup.id} = ${lookup.cursor}`)
    .executeTakeFirst();
  if (found === undefined) {
    throw new Refusal('invalid', 'PAGE_CURSOR_UNKNOWN', `${lookup.param}: "${lookup.cursor}" is not in this list; use the id of one of its rows`, {
      param: lookup.param,
    });
  }
  return (found as { cursor_time: string }).cursor_time;
}
