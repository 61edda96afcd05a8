import { describe, expect, it } from '@jest/globals';
import { newId } from './ids.js';

describe(newId.name, () => {
  it('adds 24 url-safe characters to the prefix', () => {
    expect(newId('ftjob-')).toMatch(/^ftjob-[A-Za-z0-9]{24}$/);
  });

  it('does not repeat itself', () => {
    const ids = new Set(Array.from({ length: 1_000 }, () => newId('')));
    expect(ids.size).toBe(1_000);
  });
});
