import { FieldRefused } from './store.errors.js';

const MAX_PAIRS = 16;
const MAX_KEY_CHARACTERS = 64;
const MAX_VALUE_CHARACTERS = 512;
const MAX_NAME_CHARACTERS = 256;
const MAX_EXPIRY_DAYS = 365;

/** Refuses a name that is too long. */
export function checkName(name: string): string {
  if (name.length > MAX_NAME_CHARACTERS) throw new FieldRefused('name', `has ${name.length} characters; at most ${MAX_NAME_CHARACTERS} are kept.`);
  return name;
}

/** Refuses metadata above OpenAI's limits: 16 pairs, keys of 64 characters, values of 512. */
export function checkMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  checkPairs('metadata', metadata);
  return metadata;
}

/** Refuses a number of days that is out of range; 0 keeps the store. */
export function checkExpiry(days: number): number {
  if (!Number.isInteger(days) || days < 0 || days > MAX_EXPIRY_DAYS) {
    throw new FieldRefused('expires_after.days', `${days} is out of range; use 1 to ${MAX_EXPIRY_DAYS}.`);
  }
  return days;
}

/** Reads a document's attributes from JSON; empty means none. */
export function readAttributes(json: string): Readonly<Record<string, string | number | boolean>> {
  if (json === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new FieldRefused('attributes', 'is not JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new FieldRefused('attributes', 'must be an object.');
  checkPairs('attributes', parsed);
  const attributes: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries<unknown>({ ...parsed })) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new FieldRefused(
        `attributes.${key}`,
        `is ${value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`}; use a string, a number or a boolean.`,
      );
    }
    attributes[key] = value;
  }
  return attributes;
}

function checkPairs(field: string, pairs: object): void {
  const entries = Object.entries<unknown>({ ...pairs });
  if (entries.length > MAX_PAIRS) throw new FieldRefused(field, `has ${entries.length} keys; at most ${MAX_PAIRS} are kept.`);
  for (const [key, value] of entries) {
    if (key === '' || key.length > MAX_KEY_CHARACTERS)
      throw new FieldRefused(field, `the key '${key.slice(0, 80)}' must have 1 to ${MAX_KEY_CHARACTERS} characters.`);
    if (typeof value === 'string' && value.length > MAX_VALUE_CHARACTERS) {
      throw new FieldRefused(`${field}.${key}`, `has ${value.length} characters; at most ${MAX_VALUE_CHARACTERS} are kept.`);
    }
  }
}
