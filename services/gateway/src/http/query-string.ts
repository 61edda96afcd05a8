type QueryValue = string | string[] | Record<string, string>;

const NESTED = /^([^[\]]+)\[([^[\]]*)\]$/;

/** Reads a query string as the SDKs write it: `metadata[k]=v` is an object, `include[]=a` (or a repeated name) a list. */
export function parseQueryString(text: string): Record<string, QueryValue> {
  const query: Record<string, QueryValue> = Object.create(null) as Record<string, QueryValue>;
  for (const [name, value] of new URLSearchParams(text)) {
    const nested = NESTED.exec(name);
    if (nested === null) query[name] = append(query[name], value);
    else if (nested[2] === '') query[nested[1] ?? ''] = [...listed(query[nested[1] ?? '']), value];
    else query[nested[1] ?? ''] = { ...objectOf(query[nested[1] ?? '']), [nested[2] ?? '']: value };
  }
  return query;
}

function append(existing: QueryValue | undefined, value: string): QueryValue {
  return existing === undefined ? value : [...listed(existing), value];
}

function listed(value: QueryValue | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [typeof value === 'string' ? value : JSON.stringify(value)];
}

function objectOf(value: QueryValue | undefined): Record<string, string> {
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}
