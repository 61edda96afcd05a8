import { describe, expect, it } from '@jest/globals';
import { readTrainer } from './conch-tiny.mjs';

describe('what is shown of the base model’s training', () => {
  it('is the loss and how far it has come, and nothing of the trainer’s own talk', () => {
    expect(readTrainer("{'loss': '0.07542', 'grad_norm': '1.073', 'learning_rate': '0.0003958', 'epoch': '0.7568'}")).toBe('loss 0.08, 76 % of the rows seen');
    expect(readTrainer('conch-tiny: 4146 rows, vocabulary of 3600')).toBe('4146 rows, vocabulary of 3600');
    expect(readTrainer('[INFO|trainer.py:1477] 2026-11-25 08:58:23,406 >>   Number of trainable parameters = 3,297,024')).toBeNull();
  });
});
