import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonFault } from './json-fault.js';

describe(jsonFault.name, () => {
  it('says of every beginning of an object that it ends too early', () => {
    fc.assert(
      fc.property(fc.record({ a: fc.json(), b: fc.jsonValue() }), fc.double({ min: 0, max: 1, noNaN: true }), (value, share) => {
        const text = JSON.stringify(value);
        const cut = text.slice(0, Math.max(1, Math.floor(share * (text.length - 1))));
        expect(jsonFault(cut)).toMatchObject({ isCutOff: true, problem: 'the JSON of the row ends too early' });
      }),
    );
  });

  it('finds the character that is wrong', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 4 }), fc.array(fc.jsonValue(), { maxLength: 4 }), (before, after) => {
        const sound = before.map((value) => `${JSON.stringify(value)},\n`).join('');
        const text = `[${sound}oops,${JSON.stringify(after)}]`;
        expect(jsonFault(text)).toMatchObject({ isCutOff: false, linesDown: before.length });
        expect(jsonFault(text).problem).toContain('near "oops,');
      }),
    );
  });

  it('counts columns from the beginning of the line', () => {
    expect(jsonFault('{"a": 1 "b"}').problem).toContain('at column 9, near "\\"b\\"}"');
    expect(jsonFault('{\n"a" 1}').problem).toContain('at column 5, near "1}"');
    expect(jsonFault("{'a': 1}").problem).toContain('at column 2');
    expect(jsonFault('{"a": 1}}').problem).toContain('at column 9');
    expect(jsonFault('{"a": "\t"}').problem).toContain('at column 8');
  });
});
