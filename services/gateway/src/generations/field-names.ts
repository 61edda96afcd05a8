import { DomainError, Refusal } from '@conch/errors';

/** What a route calls the fields that the engine knows as `messages` and `max_tokens`. */
export type FieldNames = Readonly<Record<string, string>>;

const FIELD_FIRST = /^(\w+): /;

/** A refusal of the model server in the words of the route that was asked, so that it names a field that the caller sent. */
export function inWordsOf(names: FieldNames, thrown: unknown): unknown {
  if (!(thrown instanceof DomainError) || thrown.kind !== 'invalid' || thrown.param === null) return thrown;
  const field = thrown.param;
  const param = names[field];
  if (param === undefined) return thrown;
  const message = thrown.message
    .replace(FIELD_FIRST, (start, name: string) => (name === field ? `${param}: ` : start))
    .replace(`the ${field}.`, `the ${param}.`);
  return new Refusal(thrown.kind, thrown.code, message, { param, facts: thrown.facts, cause: thrown });
}
