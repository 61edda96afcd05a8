import { describe, expect, it } from '@jest/globals';
import { engineError } from './triton-generation.js';

describe(engineError.name, () => {
  it.each([
    ['OVERLOADED: 256 requests wait', 'exhausted', 'MODEL_OVERLOADED'],
    ['in ensemble: CONTEXT_LENGTH: the prompt has 3000 tokens, the model takes 2048.', 'invalid', 'CONTEXT_LENGTH_EXCEEDED'],
    ['INVALID: top_p: must be between 0 and 1, got 7', 'invalid', 'SAMPLING_REFUSED'],
    ['failed to infer: TEXT_TOO_LONG: 3 9000+ 256', 'invalid', 'TEXT_TOO_LONG'],
    ['Stub process gen-rev_1_0_0 is not healthy.', 'unavailable', 'MODEL_SERVER_LOST'],
    ["Request for unknown model: 'gen-rev_1' is not found", 'unavailable', 'MODEL_SERVER_LOST'],
    ['some Python traceback', 'internal', 'GENERATION_FAILED'],
  ])('reads %j as %s', (message, kind, code) => {
    const error = engineError('m', message);
    expect([error.kind, error.code]).toEqual([kind, code]);
  });

  it('names the sampling parameter at fault, and no tensor that the caller knows nothing of', () => {
    expect(engineError('m', 'INVALID: top_p: must be between 0 and 1, got 7')).toMatchObject({ param: 'top_p' });
    expect(engineError('m', 'INVALID: text_input: has no tokens')).toMatchObject({ param: null });
  });

  it('says which text is too long, and by how much', () => {
    expect(engineError('embedder', 'TEXT_TOO_LONG: 3 812 256')).toMatchObject({
      message: expect.stringContaining('input[3]: has 812 tokens; the embedding model reads at most 256'),
      param: 'input[3]',
    });
    expect(engineError('embedder', 'TEXT_TOO_LONG: 3 9000+ 256').message).toContain('at least 9000 tokens');
  });

  it('tells the caller nothing of an internal failure', () => {
    expect(engineError('m', 'File "/secret/path.py"').message).not.toContain('secret');
  });
});
