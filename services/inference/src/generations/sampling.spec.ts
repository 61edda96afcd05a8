import { describe, expect, it } from '@jest/globals';
import { Sampling } from '@conch/contracts/inference';
import { samplingFor } from './sampling.js';

describe(samplingFor.name, () => {
  it("takes OpenAI's defaults when nobody says otherwise", () => {
    expect(samplingFor(undefined, {}, 16)).toEqual({ max_tokens: 16, temperature: 1, top_p: 1 });
  });

  it("takes the model's own defaults before those", () => {
    expect(samplingFor(undefined, { temperature: 0.6, top_p: 0.95, top_k: 20 }, 16)).toMatchObject({ temperature: 0.6, top_p: 0.95, top_k: 20 });
    expect(samplingFor(undefined, { do_sample: false, temperature: 0.6 }, 16).temperature).toBe(0);
  });

  it('lets the caller have the last word', () => {
    const asked = Sampling.fromPartial({ temperature: 0.2, stop: ['\n'], seed: 7 });
    expect(samplingFor(asked, { do_sample: false }, 16)).toEqual({ max_tokens: 16, temperature: 0.2, top_p: 1, stop: ['\n'], seed: 7 });
  });
});
