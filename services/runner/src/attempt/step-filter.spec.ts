import { describe, expect, it } from '@jest/globals';
import { StepFilter } from './step-filter.js';

describe(StepFilter, () => {
  it('passes the loss and the evaluation of a step, each once', () => {
    const filter = new StepFilter(0);
    expect([filter.isNew(1, { loss: 2 }), filter.isNew(1, { eval_loss: 2 }), filter.isNew(1, { loss: 2 }), filter.isNew(1, { eval_loss: 2 })]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('holds back the steps that an earlier attempt told', () => {
    const filter = new StepFilter(7);
    expect([6, 7, 8].map((step) => filter.isNew(step, { loss: 1 }))).toEqual([false, false, true]);
  });

  it('passes the evaluation of the last told step, which may have come after its loss', () => {
    expect(new StepFilter(7).isNew(7, { eval_loss: 1 })).toBe(true);
  });

  it('holds back what is neither', () => {
    expect(new StepFilter(0).isNew(1, { lr: 1 })).toBe(false);
  });
});
