import { type RawBuilder, sql } from 'kysely';
import type { Filter, FilterValue, OrderOperator } from './filter.entity.js';

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const satisfies Record<OrderOperator, string>;

/**
 * A filter as a condition on the jsonb column `attributes`. Keys and values are parameters throughout. A document that lacks the
 * attribute is unequal to everything, in no list, and in no order; comparisons hold between values of one type only.
 */
export function filterCondition(filter: Filter): RawBuilder<boolean> {
  switch (filter.type) {
    case 'and':
      return sql<boolean>`(${sql.join(filter.filters.map(filterCondition), sql` and `)})`;
    case 'or':
      return sql<boolean>`(${sql.join(filter.filters.map(filterCondition), sql` or `)})`;
    case 'eq':
      return equals(filter.key, filter.value);
    case 'ne':
      return sql<boolean>`(not ${equals(filter.key, filter.value)})`;
    case 'in':
      return anyOf(filter.key, filter.values);
    case 'nin':
      return sql<boolean>`(not ${anyOf(filter.key, filter.values)})`;
    default:
      return ordered(filter.type, filter.key, filter.value);
  }
}

function equals(key: string, value: FilterValue): RawBuilder<boolean> {
  return sql<boolean>`(attributes @> ${JSON.stringify({ [key]: value })}::jsonb)`;
}

function anyOf(key: string, values: readonly FilterValue[]): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(
    values.map((value) => equals(key, value)),
    sql` or `,
  )})`;
}

function ordered(type: OrderOperator, key: string, value: string | number): RawBuilder<boolean> {
  const operator = sql.raw(OPERATORS[type]);
  // The case is there because Postgres may evaluate both sides of an "and", and casting a word to a number fails.
  return typeof value === 'number'
    ? sql<boolean>`(case when jsonb_typeof(attributes -> ${key}::text) = 'number' then (attributes ->> ${key}::text)::numeric ${operator} ${value}::numeric else false end)`
    : sql<boolean>`(case when jsonb_typeof(attributes -> ${key}::text) = 'string' then (attributes ->> ${key}::text) collate "C" ${operator} ${value}::text else false end)`;
}
