import type { EngineKnobs } from './knobs.js';

/** Below this, a model learns on a processor in seconds, and wants larger steps than one that knows much already. */
const SMALL_WEIGHTS_BYTES = 256 * 1024 ** 2;

/** The learning rates that runs of LLaMA-Factory's examples begin from, and those that small models were measured to need. */
const LEARNING_RATE = {
  small: { lora: 2e-3, full: 3e-4, freeze: 3e-4 },
  large: { lora: 1e-4, full: 1e-5, freeze: 1e-5 },
} as const satisfies Record<string, Record<EngineKnobs['finetuning_type'], number>>;

/** OpenAI's own rule for `n_epochs`: three passes, more for few rows and fewer for many. */
const EPOCHS = { usual: 3, fewestRowsSeen: 100, mostRowsSeen: 25_000, most: 25 } as const;

/** Says whether a model is small, by its weights. */
export function isSmall(weightsBytes: number): boolean {
  return weightsBytes < SMALL_WEIGHTS_BYTES;
}

/** The learning rate that a multiplier of 1 stands for. */
export function baseLearningRate(type: EngineKnobs['finetuning_type'], weightsBytes: number): number {
  return LEARNING_RATE[isSmall(weightsBytes) ? 'small' : 'large'][type];
}

/** `n_epochs` when it is `auto`. */
export function autoEpochs(rows: number): number {
  if (rows * EPOCHS.usual < EPOCHS.fewestRowsSeen) return Math.min(EPOCHS.most, Math.ceil(EPOCHS.fewestRowsSeen / rows));
  if (rows * EPOCHS.usual > EPOCHS.mostRowsSeen) return Math.max(1, Math.floor(EPOCHS.mostRowsSeen / rows));
  return EPOCHS.usual;
}

/** `batch_size` when it is `auto`: few rows need small steps so that there are enough of them. */
export function autoBatchSize(rows: number): number {
  if (rows < 100) return 4;
  return rows < 2_000 ? 8 : 16;
}

/** How many rows are computed at once and how often that is summed up to one step; large models take one row at a time. */
export function batchSplit(
  batchSize: number,
  weightsBytes: number,
  given: { readonly per_device_train_batch_size?: number | undefined; readonly gradient_accumulation_steps?: number | undefined },
): { readonly per_device_train_batch_size: number; readonly gradient_accumulation_steps: number } {
  const { per_device_train_batch_size: rows, gradient_accumulation_steps: sums } = given;
  if (rows !== undefined) return { per_device_train_batch_size: rows, gradient_accumulation_steps: sums ?? 1 };
  if (sums !== undefined)
    return { per_device_train_batch_size: isSmall(weightsBytes) ? Math.max(1, Math.round(batchSize / sums)) : 1, gradient_accumulation_steps: sums };
  if (isSmall(weightsBytes)) return { per_device_train_batch_size: batchSize, gradient_accumulation_steps: 1 };
  return { per_device_train_batch_size: 1, gradient_accumulation_steps: batchSize };
}
