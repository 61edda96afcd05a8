import type { InputItem, Turn } from './input-items.js';
import type { ResponseView } from './response-schemas.js';

/** A response as it is kept: with its search results, whoever may ask for them later. */
export interface StoredResponse {
  readonly projectId: string;
  readonly body: ResponseView;
  readonly inputItems: readonly InputItem[];
  /** The conversation up to and with this response; instructions are not part of it. */
  readonly turns: readonly Turn[];
}

/** A response as it is shown; search results only to those who asked for them. */
export function shown(body: ResponseView, include: readonly string[]): ResponseView {
  if (include.includes('file_search_call.results')) return body;
  return { ...body, output: body.output.map((item) => (item.type === 'file_search_call' ? { ...item, results: null } : item)) };
}
