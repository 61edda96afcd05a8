import { z } from 'zod';

/** A number within bounds; the message tells all of them at once, whatever was wrong. */
function numberIn(bounds: { readonly above?: number; readonly from?: number; readonly below?: number; readonly to?: number; readonly unit?: string }) {
  const { above, from, below, to, unit } = bounds;
  const limits = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(from === undefined ? [] : [`from ${from}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(to === undefined ? [] : [`up to ${to}`]),
  ];
  const error = `must be a number ${limits.join(' and ')}${unit === undefined ? '' : `, in ${unit}`}`;
  return z
    .number({ error })
    .refine((value) => value > (above ?? -Infinity) && value >= (from ?? -Infinity) && value < (below ?? Infinity) && value <= (to ?? Infinity), { error });
}

/** A whole number within bounds. */
function wholeIn(from: number, to: number, unit?: string) {
  const error = `must be a whole number from ${from} to ${to}${unit === undefined ? '' : `, in ${unit}`}`;
  return z.number({ error }).refine((value) => Number.isInteger(value) && value >= from && value <= to, { error });
}

function oneOf<const T extends readonly [string, ...string[]]>(names: T) {
  return z.enum(names, { error: `must be one of ${names.join(', ')}` });
}

const flag = z.boolean({ error: 'must be true or false' });

const MODULES = /^[A-Za-z0-9_.]+(,[A-Za-z0-9_.]+)*$/;
const modulesError = 'must name modules of the model, as a list or separated by commas, such as q_proj,v_proj; or be "all"';
/** Modules by name, as a text or a list; spaces do not count. */
const modules = z
  .union([z.string(), z.array(z.string()).min(1)], { error: modulesError })
  .transform((given) => (typeof given === 'string' ? given.split(',') : given).map((name) => name.trim()).join(','))
  .refine((text) => MODULES.test(text) && text.length <= 2_000, { error: modulesError });

/** A number, or `auto` for what suits the data and the model. */
function autoOr(fits: (value: number) => boolean, words: string) {
  const error = `must be "auto" or ${words}`;
  return z
    .union([z.literal('auto'), z.number()], { error })
    .refine((value) => value === 'auto' || fits(value), { error })
    .default('auto');
}

const isWhole = (most: number) => (value: number) => Number.isInteger(value) && value >= 1 && value <= most;

/** OpenAI's hyperparameters of supervised tuning. */
export const SupervisedHyperparameters = z.strictObject({
  n_epochs: autoOr(isWhole(50), 'a whole number from 1 to 50, in passes over the data'),
  batch_size: autoOr(isWhole(256), 'a whole number from 1 to 256, in rows a step'),
  learning_rate_multiplier: autoOr((value) => value > 0 && value <= 100_000, 'a number above 0 and up to 100000, times the learning rate that suits the model'),
});

/** Every knob of the engine that a job may turn; what is left out is chosen. Names are LLaMA-Factory's. */
export const EngineKnobs = z.strictObject({
  finetuning_type: oneOf(['lora', 'full', 'freeze']).default('lora'),
  lora_rank: wholeIn(1, 1_024).optional(),
  lora_alpha: wholeIn(1, 8_192).optional(),
  lora_dropout: numberIn({ from: 0, below: 1 }).optional(),
  lora_target: modules.optional(),
  additional_target: modules.optional(),
  use_rslora: flag.optional(),
  use_dora: flag.optional(),
  loraplus_lr_ratio: numberIn({ above: 0, to: 1_000 }).optional(),
  freeze_trainable_layers: wholeIn(-512, 512, 'layers from the end (from the start when below 0)')
    .refine((value) => value !== 0, { error: 'must not be 0, which would train nothing' })
    .optional(),
  freeze_trainable_modules: modules.optional(),
  freeze_extra_modules: modules.optional(),
  learning_rate: numberIn({ above: 0, to: 1 }).optional(),
  num_train_epochs: numberIn({ above: 0, to: 1_000, unit: 'passes over the data' }).optional(),
  max_steps: wholeIn(1, 100_000_000, 'steps').optional(),
  max_grad_norm: numberIn({ from: 0, to: 1_000 }).optional(),
  max_samples: wholeIn(1, 1_000_000_000, 'rows').optional(),
  cutoff_len: wholeIn(16, 1_048_576, 'tokens a row').optional(),
  per_device_train_batch_size: wholeIn(1, 1_024, 'rows').optional(),
  gradient_accumulation_steps: wholeIn(1, 4_096, 'batches a step').optional(),
  lr_scheduler_type: oneOf(['linear', 'cosine', 'cosine_with_restarts', 'polynomial', 'constant', 'constant_with_warmup', 'inverse_sqrt']).optional(),
  warmup_ratio: numberIn({ from: 0, below: 1, unit: 'parts of the whole run' }).optional(),
  warmup_steps: wholeIn(1, 10_000_000, 'steps').optional(),
  weight_decay: numberIn({ from: 0, to: 10 }).optional(),
  adam_beta1: numberIn({ from: 0, below: 1 }).optional(),
  adam_beta2: numberIn({ from: 0, below: 1 }).optional(),
  adam_epsilon: numberIn({ above: 0, below: 1 }).optional(),
  optim: oneOf(['adamw_torch', 'adafactor', 'sgd', 'adagrad', 'rmsprop']).optional(),
  label_smoothing_factor: numberIn({ from: 0, below: 1 }).optional(),
  neftune_noise_alpha: numberIn({ above: 0, to: 1_000 }).optional(),
  compute_type: oneOf(['fp32', 'bf16', 'fp16']).optional(),
  disable_gradient_checkpointing: flag.optional(),
  packing: flag.optional(),
  train_on_prompt: flag.optional(),
  mask_history: flag.optional(),
  save_steps: wholeIn(1, 10_000_000, 'steps').optional(),
  logging_steps: wholeIn(1, 10_000_000, 'steps').optional(),
});

export type SupervisedHyperparameters = z.output<typeof SupervisedHyperparameters>;
export type EngineKnobs = z.output<typeof EngineKnobs>;
