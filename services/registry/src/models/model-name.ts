import { AliasRefused, ModelNameRefused } from './model.errors.js';

const MAX_NAME_CHARACTERS = 200;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/-]*$/;
const ALIAS = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;
const NUMBER = /^[0-9]{1,9}$/;

/** Which version of a model is meant. */
export type Selector = { readonly number: number } | { readonly alias: string };

/** What a `model` in a request names. */
export interface ModelReference {
  readonly name: string;
  /** Null for the model as such, which means its `latest`. */
  readonly selector: Selector | null;
}

/** The alias that a bare name means when it is set. */
export const LATEST = 'latest';

/** Checks a name under which a model is to be registered. */
export function readModelName(name: string): string {
  if (name === '') throw new ModelNameRefused(name, 'is empty');
  if (name.length > MAX_NAME_CHARACTERS) throw new ModelNameRefused(name, 'is too long');
  if (!NAME.test(name) || name.includes('//') || name.endsWith('/')) throw new ModelNameRefused(name, 'is no model name');
  return name;
}

/** Checks a name for an alias. */
export function readAlias(alias: string): string {
  if (!ALIAS.test(alias)) throw new AliasRefused(alias);
  return alias;
}

/** Takes `name`, `name@alias` or `name@number` apart; null when it can be none of them. */
export function parseReference(model: string): ModelReference | null {
  const at = model.lastIndexOf('@');
  const name = at === -1 ? model : model.slice(0, at);
  if (name.length > MAX_NAME_CHARACTERS || !NAME.test(name)) return null;
  if (at === -1) return { name, selector: null };
  const selector = model.slice(at + 1);
  if (NUMBER.test(selector)) return { name, selector: { number: Number(selector) } };
  return ALIAS.test(selector) ? { name, selector: { alias: selector } } : null;
}
