import type { IncomingHttpHeaders } from 'node:http';
import { LastEventIdInvalid } from '../job.errors.js';

interface FollowQuery {
  readonly stream?: 'true' | 'false' | undefined;
  readonly starting_after?: number | undefined;
}

/** The sequence number after which a request wants to follow events; null when it wants a list. Throws LastEventIdInvalid. */
export function followFrom(query: FollowQuery, headers: IncomingHttpHeaders): number | null {
  const wantsStream = query.stream === undefined ? /\btext\/event-stream\b/i.test(headers.accept ?? '') : query.stream === 'true';
  if (!wantsStream) return null;
  const lastId = headers['last-event-id'];
  if (lastId === undefined || lastId === '') return query.starting_after ?? 0;
  if (typeof lastId !== 'string' || !/^\d{1,15}$/.test(lastId)) throw new LastEventIdInvalid(String(lastId));
  return Number(lastId);
}
