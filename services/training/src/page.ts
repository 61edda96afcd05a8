import type { PageRequest as PageMessage } from '@conch/contracts/common';
import type { PageRequest } from '@conch/storage';

/** The slice of a list that a call asks for; the first page when it names none. */
export function pageOf(page: PageMessage | undefined): PageRequest {
  return { limit: page?.limit ?? 0, after: page?.after ?? '', before: page?.before ?? '', ascending: page?.ascending ?? false };
}
