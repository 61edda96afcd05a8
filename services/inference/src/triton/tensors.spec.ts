import { describe, expect, it } from '@jest/globals';
import type { ModelInferResponse } from '@conch/contracts/kserve';
import { boolTensor, bytesTensor, firstString, firstUint32, inferRequest } from './tensors.js';

function response(outputs: Readonly<Record<string, Buffer>>): ModelInferResponse {
  return {
    modelName: 'm',
    modelVersion: '1',
    id: '',
    parameters: {},
    outputs: Object.keys(outputs).map((name) => ({ name, datatype: 'BYTES', shape: [1], parameters: {}, contents: undefined })),
    rawOutputContents: Object.values(outputs),
  };
}

describe('tensors', () => {
  it('writes BYTES elements as a little-endian length and the bytes', () => {
    const { tensor, raw } = bytesTensor('text_input', ['é', '']);
    expect(tensor).toMatchObject({ name: 'text_input', datatype: 'BYTES', shape: [2] });
    expect(raw).toEqual(Buffer.from([2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0]));
  });

  it('keeps tensors and raw bytes in the same order', () => {
    const request = inferRequest('m', 'r', [bytesTensor('a', ['x']), boolTensor('b', true)]);
    expect(request.inputs.map((input) => input.name)).toEqual(['a', 'b']);
    expect(request.rawInputContents[1]).toEqual(Buffer.from([1]));
  });

  it('reads the first element of outputs, and nothing from one that is absent', () => {
    const answer = response({ text_output: bytesTensor('', ['héllo']).raw, num_output_tokens: Buffer.from([7, 0, 0, 0]) });
    expect([firstString(answer, 'text_output'), firstUint32(answer, 'num_output_tokens')]).toEqual(['héllo', 7]);
    expect([firstString(answer, 'other'), firstUint32(answer, 'other')]).toEqual(['', null]);
  });
});
