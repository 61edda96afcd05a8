import { describe, expect, it } from '@jest/globals';
import { readFilter } from './filter.entity.js';

const EQ = { type: 'eq', key: 'year', value: 2026 };

function read(filter: unknown): unknown {
  return readFilter(JSON.stringify(filter));
}

describe(readFilter.name, () => {
  it('has none where nothing or null is given', () => {
    expect([readFilter(''), readFilter('null')]).toEqual([null, null]);
  });

  it('reads comparisons, lists and what combines them', () => {
    const filter = { type: 'and', filters: [EQ, { type: 'or', filters: [{ type: 'in', key: 'team', value: ['a', 'b'] }] }] };
    expect(read(filter)).toEqual({ type: 'and', filters: [EQ, { type: 'or', filters: [{ type: 'in', key: 'team', values: ['a', 'b'] }] }] });
  });

  it.each([
    ['an unknown type', { ...EQ, type: 'like' }, 'filters.type'],
    ['a missing key', { type: 'eq', value: 1 }, 'filters.key'],
    ['a value that is an object', { ...EQ, value: {} }, 'filters.value'],
    ['an order between booleans', { type: 'gt', key: 'a', value: true }, 'filters.value'],
    ['an empty list', { type: 'in', key: 'a', value: [] }, 'filters.value'],
    ['a combination of nothing', { type: 'and', filters: [] }, 'filters.filters'],
    ['a fault deep inside', { type: 'or', filters: [EQ, { type: 'and', filters: [{ ...EQ, value: null }] }] }, 'filters.filters[1].filters[0].value'],
    ['an array', [EQ], 'filters'],
    ['half of a surrogate pair in a key', { ...EQ, key: 'a\ud800' }, 'filters.key'],
    ['half of a surrogate pair in a value', { ...EQ, value: '\udc00' }, 'filters.value'],
    ['half of a surrogate pair in a list', { type: 'in', key: 'a', value: ['a', '\ud800b'] }, 'filters.value[1]'],
    ['a zero character', { ...EQ, value: 'a\0' }, 'filters.value'],
    ['a field that a comparison does not have', { type: 'or', filters: [{ ...EQ, boost: 2 }] }, 'filters.filters[0].boost'],
    ['a field that a combination does not have', { type: 'and', filters: [EQ], key: 'a' }, 'filters.key'],
  ])('refuses %s and says where it is', (_fault, filter, param) => {
    expect(() => read(filter)).toThrow(expect.objectContaining({ kind: 'invalid', param }));
  });

  it('refuses filters that are nested without end', () => {
    const nested = Array.from({ length: 20 }).reduce<unknown>((inner) => ({ type: 'and', filters: [inner] }), EQ);
    expect(() => read(nested)).toThrow('nested');
  });

  it('refuses what is not JSON', () => {
    expect(() => readFilter('{')).toThrow('is not JSON');
  });
});
