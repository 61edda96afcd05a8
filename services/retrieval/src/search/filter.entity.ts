import { FieldRefused } from '../stores/store.errors.js';

export type FilterValue = string | number | boolean;
export type OrderOperator = 'gt' | 'gte' | 'lt' | 'lte';

/** A condition on a document's attributes, in OpenAI's form. */
export type Filter =
  | { readonly type: 'eq' | 'ne'; readonly key: string; readonly value: FilterValue }
  | { readonly type: OrderOperator; readonly key: string; readonly value: string | number }
  | { readonly type: 'in' | 'nin'; readonly key: string; readonly values: readonly FilterValue[] }
  | { readonly type: 'and' | 'or'; readonly filters: readonly Filter[] };

const MAX_DEPTH = 8;
const MAX_CONDITIONS = 64;
const MAX_VALUES = 256;
const MAX_KEY_CHARACTERS = 64;
const UNSTORABLE = 'holds a zero character or half of a surrogate pair; write the whole character, or remove it.';
const TYPES = 'eq, ne, gt, gte, lt, lte, in, nin, and, or';

/** Reads a filter from JSON; null for none. Whatever is not understood is refused with its place. */
export function readFilter(json: string): Filter | null {
  if (json === '') return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new FieldRefused('filters', 'is not JSON.');
  }
  if (parsed === null) return null;
  return read(parsed, 'filters', { depth: 1, left: { conditions: MAX_CONDITIONS } });
}

interface Budget {
  readonly depth: number;
  readonly left: { conditions: number };
}

function read(value: unknown, path: string, budget: Budget): Filter {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new FieldRefused(path, 'must be an object with a type.');
  refuseUnknownKeys(value, path);
  const { type, key, value: operand, filters }: Partial<Record<'type' | 'key' | 'value' | 'filters', unknown>> = value;
  budget.left.conditions -= 1;
  if (budget.left.conditions < 0) throw new FieldRefused('filters', `has more than ${MAX_CONDITIONS} conditions.`);
  switch (type) {
    case 'and':
    case 'or':
      return { type, filters: readAll(filters, `${path}.filters`, budget) };
    case 'eq':
    case 'ne':
      return { type, key: readKey(key, path), value: readValue(operand, `${path}.value`) };
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      const bound = readValue(operand, `${path}.value`);
      if (typeof bound === 'boolean') throw new FieldRefused(`${path}.value`, `is a boolean, which ${type} cannot compare; use a number or a string.`);
      return { type, key: readKey(key, path), value: bound };
    }
    case 'in':
    case 'nin': {
      if (!Array.isArray(operand) || operand.length === 0 || operand.length > MAX_VALUES)
        throw new FieldRefused(`${path}.value`, `must be an array of 1 to ${MAX_VALUES} values.`);
      return { type, key: readKey(key, path), values: operand.map((one: unknown, at) => readValue(one, `${path}.value[${at}]`)) };
    }
    default:
      throw new FieldRefused(`${path}.type`, `'${String(type)}' is not a filter; use one of ${TYPES}.`);
  }
}

function readAll(filters: unknown, path: string, { depth, left }: Budget): Filter[] {
  if (!Array.isArray(filters) || filters.length === 0) throw new FieldRefused(path, 'must be an array of at least one filter.');
  if (depth >= MAX_DEPTH) throw new FieldRefused(path, `is nested more than ${MAX_DEPTH} deep.`);
  return filters.map((filter: unknown, at) => read(filter, `${path}[${at}]`, { depth: depth + 1, left }));
}

/** A misspelled field would silently make another search than the one that is meant. */
function refuseUnknownKeys(filter: object, path: string): void {
  const known: readonly unknown[] = 'type' in filter && (filter.type === 'and' || filter.type === 'or') ? ['type', 'filters'] : ['type', 'key', 'value'];
  const unknown = Object.keys(filter).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new FieldRefused(`${path}.${unknown.slice(0, MAX_KEY_CHARACTERS).toWellFormed()}`, `is not a field of such a filter; it has ${known.join(', ')}.`);
}

/** Postgres stores neither a zero character nor half of a surrogate pair, so nothing could be equal to such a text. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function readKey(key: unknown, path: string): string {
  if (typeof key === 'string' && key !== '' && key.length <= MAX_KEY_CHARACTERS) {
    if (isStorable(key)) return key;
    throw new FieldRefused(`${path}.key`, UNSTORABLE);
  }
  throw new FieldRefused(`${path}.key`, `must be the name of an attribute, of 1 to ${MAX_KEY_CHARACTERS} characters.`);
}

function readValue(value: unknown, path: string): FilterValue {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (typeof value === 'string') {
    if (isStorable(value)) return value;
    throw new FieldRefused(path, UNSTORABLE);
  }
  throw new FieldRefused(path, 'must be a string, a number or a boolean.');
}
