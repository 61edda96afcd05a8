import { FileBatchCursorUnknown } from './file-batch.errors.js';
import type { VectorStoreFileView } from './store-fields.js';

/** Which slice of a batch's files is wanted. */
export interface BatchPageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly order: 'asc' | 'desc';
  readonly filter?: VectorStoreFileView['status'] | undefined;
}

/** One page of a batch's files; a batch is small enough to be put in order here. */
export function batchPage(files: readonly VectorStoreFileView[], query: BatchPageQuery): { rows: VectorStoreFileView[]; hasMore: boolean } {
  const sign = query.order === 'asc' ? 1 : -1;
  const ordered = files.toSorted((a, b) => sign * (a.created_at - b.created_at || (a.id < b.id ? -1 : 1)));
  const from = query.after === undefined ? 0 : placeOf(ordered, 'after', query.after) + 1;
  const to = query.before === undefined ? ordered.length : placeOf(ordered, 'before', query.before);
  const matching = ordered.slice(from, to).filter(({ status }) => query.filter === undefined || status === query.filter);
  // With `before` alone the rows nearest to the cursor are wanted.
  const isBackwards = query.before !== undefined && query.after === undefined;
  const rows = isBackwards ? matching.slice(-query.limit) : matching.slice(0, query.limit);
  return { rows, hasMore: matching.length > rows.length };
}

function placeOf(files: readonly VectorStoreFileView[], param: 'after' | 'before', cursor: string): number {
  const place = files.findIndex(({ id }) => id === cursor);
  if (place < 0) throw new FileBatchCursorUnknown(param, cursor);
  return place;
}
