import { describe, expect, it } from '@jest/globals';
import type { Problem } from '../jobs/job.errors.js';
import { readMethod } from './read-method.js';
import type { RecipeInputs, ResolvedRecipe } from './recipe.js';

const TINY: RecipeInputs = { rows: 60, weightsBytes: 12_000_000, lastAnswerOnly: false };

function problemsOf(method: unknown): readonly Problem[] {
  const result = readMethod(JSON.stringify(method));
  return 'problems' in result ? result.problems : [];
}

function resolved(method: unknown, inputs: Partial<RecipeInputs> = {}): ResolvedRecipe {
  const result = readMethod(method === undefined ? '' : JSON.stringify(method));
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.recipe.resolve({ ...TINY, ...inputs });
}

const supervised = (block: object): object => ({ type: 'supervised', supervised: block });

describe(readMethod.name, () => {
  it('tunes a LoRA under supervision when nothing is said, with every value resolved', () => {
    const { method, arguments: sent } = resolved(undefined);
    expect(method).toEqual({
      type: 'supervised',
      supervised: {
        hyperparameters: { n_epochs: 3, batch_size: 4, learning_rate_multiplier: 1 },
        engine: expect.objectContaining({
          finetuning_type: 'lora',
          lora_rank: 16,
          lora_alpha: 32,
          learning_rate: 0.002,
          num_train_epochs: 3,
          warmup_ratio: 0.05,
        }),
      },
    });
    expect(sent).toMatchObject({
      stage: 'sft',
      finetuning_type: 'lora',
      lora_target: 'all',
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 1,
      warmup_steps: 0.05,
    });
    expect(sent).not.toHaveProperty('warmup_ratio');
  });

  it('chooses more passes for few rows, fewer for many, and small learning rates for large models', () => {
    const shown = (rows: number, weightsBytes = 12_000_000): unknown => {
      const { method } = resolved(supervised({ hyperparameters: { n_epochs: 'auto', batch_size: 'auto', learning_rate_multiplier: 'auto' } }), {
        rows,
        weightsBytes,
      });
      const { hyperparameters, engine } = (
        method as { supervised: { hyperparameters: { n_epochs: number; batch_size: number }; engine: { learning_rate: number } } }
      ).supervised;
      return [hyperparameters.n_epochs, hyperparameters.batch_size, engine.learning_rate];
    };
    expect(shown(10)).toEqual([10, 4, 0.002]);
    expect(shown(500)).toEqual([3, 8, 0.002]);
    expect(shown(20_000, 3e9)).toEqual([1, 16, 0.0001]);
  });

  it("reads OpenAI's hyperparameters and multiplies the learning rate", () => {
    const { arguments: sent } = resolved(supervised({ hyperparameters: { n_epochs: 2, batch_size: 3, learning_rate_multiplier: 0.5 } }));
    expect(sent).toMatchObject({ num_train_epochs: 2, per_device_train_batch_size: 3, learning_rate: 0.001 });
  });

  it('sums up single rows to a step when the model is large', () => {
    expect(resolved(supervised({ hyperparameters: { batch_size: 8 } }), { weightsBytes: 3e9 }).arguments).toMatchObject({
      per_device_train_batch_size: 1,
      gradient_accumulation_steps: 8,
    });
  });

  it.each(['full', 'freeze'])('tunes %s weights without anything of LoRA', (type) => {
    const { arguments: sent } = resolved(supervised({ engine: { finetuning_type: type, learning_rate: 1e-4 } }));
    expect(sent).toMatchObject({ finetuning_type: type, learning_rate: 1e-4 });
    expect(Object.keys(sent).filter((name) => name.startsWith('lora'))).toEqual([]);
  });

  it('names every problem at once, each with its path', () => {
    const problems = problemsOf(
      supervised({
        hyperparameters: { n_epochs: 0, batch_size: 'many' },
        engine: { learning_rate: -1, lora_rank: 2.5, lr_scheduler_type: 'wavy', lora_target: 'q proj', lerning_rate: 1, packing: 'yes' },
      }),
    );
    expect(problems.map(({ param }) => param).sort()).toEqual([
      'method.supervised.engine.learning_rate',
      'method.supervised.engine.lerning_rate',
      'method.supervised.engine.lora_rank',
      'method.supervised.engine.lora_target',
      'method.supervised.engine.lr_scheduler_type',
      'method.supervised.engine.packing',
      'method.supervised.hyperparameters.batch_size',
      'method.supervised.hyperparameters.n_epochs',
    ]);
    expect(Object.fromEntries(problems.map(({ param, message }) => [param.split('.').at(-1), message]))).toMatchObject({
      learning_rate: 'must be a number above 0 and up to 1',
      lora_rank: 'must be a whole number from 1 to 1024',
      n_epochs: 'must be "auto" or a whole number from 1 to 50, in passes over the data',
      packing: 'must be true or false',
      lerning_rate: expect.stringContaining('is not known here; known are finetuning_type, lora_rank'),
    });
  });

  it('refuses a value that is said twice, or that means nothing for the kind of tuning', () => {
    const problems = problemsOf(
      supervised({
        hyperparameters: { n_epochs: 3 },
        engine: { finetuning_type: 'full', num_train_epochs: 2, lora_rank: 8, warmup_steps: 3, warmup_ratio: 0.1 },
      }),
    );
    expect(problems.map(({ param }) => param)).toEqual([
      'method.supervised.engine.num_train_epochs',
      'method.supervised.engine.warmup_steps',
      'method.supervised.engine.lora_rank',
    ]);
  });

  it('trains only last answers when the data says so, and refuses settings against it', () => {
    expect(resolved(undefined, { lastAnswerOnly: true }).arguments).toMatchObject({ mask_history: true });
    const result = readMethod(JSON.stringify(supervised({ engine: { mask_history: false } })));
    if ('problems' in result) throw new Error('refused too early');
    expect(result.recipe.conflicts({ ...TINY, lastAnswerOnly: true })).toEqual([
      { param: 'method.supervised.engine.mask_history', message: expect.stringContaining('weight 0') },
    ]);
  });

  it.each(['dpo', 'reinforcement', 'ppo', 'nonsense'])('refuses the type %s by its name and says what there is', (type) => {
    expect(() => readMethod(JSON.stringify({ type }))).toThrow(
      expect.objectContaining({ kind: 'invalid', code: 'UNSUPPORTED_METHOD', param: 'method.type', message: expect.stringContaining('supervised') }),
    );
  });

  it.each([
    ['[]', 'method'],
    ['{', 'method'],
    ['{"type":3}', 'method.type'],
    ['{"type":"supervised","dpo":{}}', 'method.dpo'],
    ['{"type":"supervised","supervised":4}', 'method.supervised'],
    ['{"type":"supervised","supervised":{"engine":[]}}', 'method.supervised.engine'],
    ['{"type":"supervised","supervised":{"knobs":{}}}', 'method.supervised.knobs'],
  ])('refuses %s and says where the fault is', (json, param) => {
    const result = readMethod(json);
    expect('problems' in result ? result.problems.map((one) => one.param) : []).toEqual([param]);
  });

  it('takes what the SDK sends for the other ways: null', () => {
    expect('recipe' in readMethod('{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":1}},"dpo":null}')).toBe(true);
  });
});
