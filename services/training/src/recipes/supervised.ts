import { z } from 'zod';
import type { Problem } from '../jobs/job.errors.js';
import { autoBatchSize, autoEpochs, baseLearningRate, batchSplit, isSmall } from './defaults.js';
import { EngineKnobs, SupervisedHyperparameters } from './knobs.js';
import { problemsOf } from './problems.js';
import type { Recipe, RecipeInputs, ReadRecipe, ResolvedRecipe } from './recipe.js';

const notAnObject = 'must be an object';
const Block = z.strictObject(
  {
    hyperparameters: SupervisedHyperparameters.prefault({}),
    engine: EngineKnobs.prefault({}),
  },
  { error: (issue) => (issue.code === 'invalid_type' ? notAnObject : undefined) },
);
type Block = z.output<typeof Block>;

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  hyperparameters: Object.keys(SupervisedHyperparameters.shape),
  engine: Object.keys(EngineKnobs.shape),
};

/** The knobs that mean something for one kind of tuning only. */
const ONLY_FOR = {
  lora: ['lora_rank', 'lora_alpha', 'lora_dropout', 'lora_target', 'additional_target', 'use_rslora', 'use_dora', 'loraplus_lr_ratio'],
  freeze: ['freeze_trainable_layers', 'freeze_trainable_modules', 'freeze_extra_modules'],
} as const satisfies Record<string, readonly (keyof EngineKnobs)[]>;

/** Reads `method.supervised`: learn to give the answers of the data. */
export const readSupervised: ReadRecipe = (block, path) => {
  const result = Block.safeParse(block ?? {});
  if (!result.success) {
    const known = (at: string): readonly string[] => KNOWN[at.slice(path.length + 1)] ?? ['hyperparameters', 'engine'];
    return {
      problems: problemsOf(result.error.issues, path, known).map((one) => (/^Invalid input/.test(one.message) ? { ...one, message: notAnObject } : one)),
    };
  }
  const problems = contradictions(result.data, path);
  return problems.length > 0 ? { problems } : { recipe: new SupervisedRecipe(result.data, path) };
};

function contradictions({ hyperparameters, engine }: Block, path: string): Problem[] {
  const problems: Problem[] = [];
  const clash = (name: keyof SupervisedHyperparameters, knob: keyof EngineKnobs): void => {
    if (hyperparameters[name] === 'auto' || engine[knob] === undefined) return;
    problems.push({ param: `${path}.engine.${knob}`, message: `says the same as hyperparameters.${name}; give one of the two` });
  };
  clash('n_epochs', 'num_train_epochs');
  clash('n_epochs', 'max_steps');
  clash('batch_size', 'per_device_train_batch_size');
  clash('batch_size', 'gradient_accumulation_steps');
  clash('learning_rate_multiplier', 'learning_rate');
  const exclude = (knob: keyof EngineKnobs, other: keyof EngineKnobs): void => {
    if (engine[knob] === undefined || engine[knob] === false || engine[other] === undefined || engine[other] === false) return;
    problems.push({ param: `${path}.engine.${knob}`, message: `does not go together with ${other}; give one of the two` });
  };
  exclude('max_steps', 'num_train_epochs');
  exclude('warmup_steps', 'warmup_ratio');
  exclude('train_on_prompt', 'mask_history');
  for (const [type, knobs] of Object.entries(ONLY_FOR)) {
    if (engine.finetuning_type === type) continue;
    for (const knob of knobs) {
      if (engine[knob] !== undefined)
        problems.push({ param: `${path}.engine.${knob}`, message: `is for finetuning_type ${type} only, and this is ${engine.finetuning_type}; leave it out` });
    }
  }
  return problems;
}

class SupervisedRecipe implements Recipe {
  constructor(
    private readonly block: Block,
    private readonly path: string,
  ) {}

  conflicts({ lastAnswerOnly }: RecipeInputs): readonly Problem[] {
    const { engine } = this.block;
    if (!lastAnswerOnly) return [];
    const why = 'the training file excludes answers with weight 0, so only the last answer of each row is trained';
    return [
      ...(engine.mask_history === false ? [{ param: `${this.path}.engine.mask_history`, message: `cannot be false: ${why}` }] : []),
      ...(engine.train_on_prompt === true ? [{ param: `${this.path}.engine.train_on_prompt`, message: `cannot be true: ${why}` }] : []),
    ];
  }

  resolve(inputs: RecipeInputs): ResolvedRecipe {
    const { hyperparameters, engine } = this.block;
    const rows = Math.min(inputs.rows, engine.max_samples ?? inputs.rows);
    const base = baseLearningRate(engine.finetuning_type, inputs.weightsBytes);
    const epochs = engine.num_train_epochs ?? chosen(hyperparameters.n_epochs, () => autoEpochs(rows));
    const wanted = chosen(hyperparameters.batch_size, () => autoBatchSize(rows));
    const split = batchSplit(wanted, inputs.weightsBytes, engine);
    const learningRate = engine.learning_rate ?? base * chosen(hyperparameters.learning_rate_multiplier, () => 1);
    const knobs = {
      ...engine,
      ...(engine.finetuning_type === 'lora' ? loraDefaults(engine) : {}),
      learning_rate: learningRate,
      ...(engine.max_steps === undefined ? { num_train_epochs: epochs } : {}),
      ...split,
      max_grad_norm: engine.max_grad_norm ?? 1,
      cutoff_len: engine.cutoff_len ?? 2_048,
      lr_scheduler_type: engine.lr_scheduler_type ?? 'cosine',
      ...(engine.warmup_steps === undefined ? { warmup_ratio: engine.warmup_ratio ?? 0.05 } : {}),
      disable_gradient_checkpointing: engine.disable_gradient_checkpointing ?? isSmall(inputs.weightsBytes),
      ...(inputs.lastAnswerOnly ? { mask_history: true } : {}),
    };
    const shown = {
      n_epochs: epochs,
      batch_size: split.per_device_train_batch_size * split.gradient_accumulation_steps,
      learning_rate_multiplier: Number((learningRate / base).toPrecision(6)),
    };
    return { method: { type: 'supervised', supervised: { hyperparameters: shown, engine: knobs } }, arguments: { stage: 'sft', ...toArguments(knobs) } };
  }
}

function chosen(value: number | 'auto', choose: () => number): number {
  return value === 'auto' ? choose() : value;
}

function loraDefaults(engine: EngineKnobs): Partial<EngineKnobs> {
  const rank = engine.lora_rank ?? 16;
  return { lora_rank: rank, lora_alpha: engine.lora_alpha ?? 2 * rank, lora_dropout: engine.lora_dropout ?? 0, lora_target: engine.lora_target ?? 'all' };
}

/** The knobs as LLaMA-Factory and transformers want them spelled. */
function toArguments(knobs: Partial<EngineKnobs>): Record<string, unknown> {
  const { compute_type: computeType, warmup_ratio: warmupRatio, ...rest } = knobs;
  return {
    ...rest,
    // transformers 5 takes a share of the run by the same name as a number of steps.
    ...(warmupRatio === undefined ? {} : { warmup_steps: warmupRatio }),
    ...(computeType === 'bf16' || computeType === 'fp16' ? { [computeType]: true } : {}),
  };
}
