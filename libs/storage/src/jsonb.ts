import { type RawBuilder, sql } from 'kysely';

/** Writes a value into a `jsonb` column; needed because node-postgres would turn an array into a Postgres array. */
export function jsonb<T>(value: T): RawBuilder<T> {
  return sql<T>`${JSON.stringify(value)}::jsonb`;
}
