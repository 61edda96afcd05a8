import { Refusal } from '@conch/errors';

/** Which slice of a list is wanted, as `orderedListQuery` reads it. */
export interface PageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

/** One page of a list that is short enough to be at hand as a whole, already in the order that was asked for. Refuses a cursor that is not in it. */
export function pageOfRows<R extends { readonly id: string }>(
  rows: readonly R[],
  query: PageQuery,
  isWanted: (row: R) => boolean = () => true,
): { rows: R[]; hasMore: boolean } {
  const from = query.after === undefined ? 0 : placeOf(rows, 'after', query.after) + 1;
  const to = query.before === undefined ? rows.length : placeOf(rows, 'before', query.before);
  const between = rows.slice(from, to).filter(isWanted);
  // With `before` alone the rows nearest to the cursor are wanted.
  const isBackwards = query.before !== undefined && query.after === undefined;
  const page = isBackwards ? between.slice(-query.limit) : between.slice(0, query.limit);
  return { rows: page, hasMore: between.length > page.length };
}

function placeOf(rows: readonly { readonly id: string }[], param: 'after' | 'before', cursor: string): number {
  const place = rows.findIndex(({ id }) => id === cursor);
  if (place < 0) throw new Refusal('invalid', 'PAGE_CURSOR_UNKNOWN', `${param}: "${cursor}" is not in this list; use the id of one of its rows`, { param });
  return place;
}
