import { describe, expect, it } from '@jest/globals';
import { Refusal, asDomainError } from './domain-error.js';

describe(asDomainError.name, () => {
  it('keeps a domain error as it is', () => {
    const refusal = new Refusal('invalid', 'ROW_BAD', 'line 3 is bad', { param: 'file', facts: { line: 3 } });
    expect(asDomainError(refusal)).toBe(refusal);
  });

  it('turns anything else into an internal error that keeps the cause and tells nothing of it', () => {
    const cause = new Error('password=hunter2');
    const error = asDomainError(cause);
    expect(error.kind).toBe('internal');
    expect(error.message).not.toContain('hunter2');
    expect(error.cause).toBe(cause);
  });
});
