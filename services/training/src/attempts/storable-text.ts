/** Text that an engine wrote, as the database takes it: it stores no NUL and no half of a surrogate pair, and refuses the whole report for one. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** JSON that is still JSON afterwards, with no such character in any of its names and values, escaped or not; other text as text. */
export function storableJson(json: string): string {
  try {
    return JSON.stringify(cleaned(JSON.parse(json)));
  } catch {
    return storable(json);
  }
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [storable(name), cleaned(inner)]));
}
