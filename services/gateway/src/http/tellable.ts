import { Refusal } from '@conch/errors';
import { type InputPlace, clipped, pathText } from './zod-refusal.js';

/**
 * Refuses texts that cannot be stored, wherever in a request they are: with a NUL, which Postgres does not take, or with half of a
 * surrogate pair, which is no character.
 */
export function refuseUntellable(value: unknown, place: InputPlace): void {
  const fault = findUntellable(value, []);
  if (fault === null) return;
  if (fault.at(-1) === PROTOTYPE) {
    const param = clipped(pathText(fault));
    throw new Refusal('invalid', 'INVALID_VALUE', `'${param}' has a name that cannot be kept. Use another name.`, { param });
  }
  const param = place === 'body' && fault.length > 0 ? clipped(pathText(fault)) : place;
  throw new Refusal('invalid', 'INVALID_CHARACTER', `'${param}' holds a NUL character or half of a surrogate pair. Leave it out.`, { param });
}

/** The one name that objects here cannot have of their own, so that it would get lost on the way. */
const PROTOTYPE = '__proto__';

type Path = readonly (string | number)[];

function findUntellable(value: unknown, path: Path): Path | null {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0') ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) {
    if (key === PROTOTYPE) return [...path, key];
    const found = findUntellable(key, path) ?? findUntellable(inner, [...path, isList ? Number(key) : key]);
    if (found !== null) return found;
  }
  return null;
}
