import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { WorkFolders } from '../attempt/work-folders.js';
import { AttemptFault } from './engine-failure.js';

type Arguments = Record<string, unknown>;

const DATASET = 'conch';
const VALIDATION = 'conch_validation';

/** Arguments that name places, run code or send data away are the runner's alone, whatever a recipe says. */
const RESERVED =
  /(_dir|_path|_paths|_folder|_hub_model_id|_hub_token)$|^(model_name_or_path|adapter_name_or_path|dataset|eval_dataset|deepspeed|ray_.*|push_to_hub|hub_.*|report_to|resume_from_checkpoint|trust_remote_code|reward_model.*|ref_model.*|do_predict|do_train|fsdp.*|export_.*|use_swanlab|swanlab_.*)$/;

/** Reads a recipe's arguments; refuses what a recipe may not say. */
export function readArguments(json: string): Arguments {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new AttemptFault('ARGUMENTS_REFUSED', 'The recipe is not JSON.', false, error);
  }
  const found = z.record(z.string(), z.unknown()).safeParse(parsed);
  if (!found.success) throw new AttemptFault('ARGUMENTS_REFUSED', 'The recipe is not a JSON object.', false);
  const reserved = Object.keys(found.data).filter((name) => RESERVED.test(name));
  if (reserved.length > 0) throw new AttemptFault('ARGUMENTS_REFUSED', `The recipe sets ${reserved.join(', ')}, which only the runner may.`, false);
  return found.data;
}

interface TrainInputs {
  readonly folders: WorkFolders;
  readonly hasValidation: boolean;
  readonly resumeFrom: string;
}

/** LLaMA-Factory's configuration of the training: the recipe, defaults for what it leaves open, and the runner's own part. */
export function trainConfig(recipe: Arguments, { folders, hasValidation, resumeFrom }: TrainInputs): Arguments {
  const isEvaluating = (name: string): boolean =>
    /^(eval_|do_eval|per_device_eval|load_best|metric_for_best|greater_is|early_stopping|compute_accuracy)/.test(name);
  const given = hasValidation ? recipe : Object.fromEntries(Object.entries(recipe).filter(([name]) => !isEvaluating(name)));
  const saving = given['save_steps'] === undefined ? { save_strategy: 'epoch' } : { save_strategy: 'steps' };
  return {
    logging_steps: 1,
    ...saving,
    save_total_limit: 3,
    ...(hasValidation ? { eval_strategy: saving.save_strategy, ...(given['stage'] === 'sft' ? { compute_accuracy: true } : {}) } : {}),
    ...given,
    do_train: true,
    model_name_or_path: folders.base,
    trust_remote_code: false,
    dataset_dir: folders.data,
    dataset: DATASET,
    ...(hasValidation ? { eval_dataset: VALIDATION } : {}),
    output_dir: folders.output,
    ...(resumeFrom === '' ? {} : { resume_from_checkpoint: resumeFrom }),
    include_num_input_tokens_seen: 'non_padding',
    report_to: 'none',
    plot_loss: false,
    disable_tqdm: true,
    push_to_hub: false,
  };
}

/** LLaMA-Factory's configuration of the merge. The base's own number type is kept, which the export would else choose by the machine. */
export async function exportConfig(recipe: Arguments, folders: WorkFolders): Promise<Arguments> {
  const isAdapter = finetuningType(recipe) === 'lora';
  return {
    model_name_or_path: isAdapter ? folders.base : folders.output,
    ...(isAdapter ? { adapter_name_or_path: folders.output } : {}),
    finetuning_type: isAdapter ? 'lora' : 'full',
    trust_remote_code: false,
    export_dir: folders.merged,
    export_size: 5,
    export_device: 'cpu',
    infer_dtype: await numberType(folders.base),
  };
}

/** How the recipe tunes: `lora` unless it says otherwise, as LLaMA-Factory has it. */
export function finetuningType(recipe: Arguments): string {
  return typeof recipe['finetuning_type'] === 'string' ? recipe['finetuning_type'] : 'lora';
}

/** LLaMA-Factory's description of the datasets: those of the fetched folders, under the names that the configuration uses. */
export async function datasetInfo(folders: WorkFolders, hasValidation: boolean): Promise<Arguments> {
  return {
    [DATASET]: await datasetOf(folders.train, '../train'),
    ...(hasValidation ? { [VALIDATION]: await datasetOf(folders.evaluation, '../eval') } : {}),
  };
}

/** Path of the rows in a training folder. */
export async function rowsFile(folder: string): Promise<string> {
  return join(folder, (await describedDataset(folder)).file_name);
}

const Described = z.object({ [DATASET]: z.looseObject({ file_name: z.string().regex(/^[\w.-]+$/) }) });

async function describedDataset(folder: string): Promise<z.output<typeof Described>['conch']> {
  const text = await readFile(join(folder, 'dataset_info.json'), 'utf8').catch((error: unknown) => {
    throw new AttemptFault('INPUT_MISSING', 'The training folder has no dataset_info.json.', false, error);
  });
  const described = Described.safeParse(JSON.parse(text));
  if (!described.success) throw new AttemptFault('INPUT_DAMAGED', `The training folder's dataset_info.json does not describe '${DATASET}'.`, false);
  return described.data[DATASET];
}

async function datasetOf(folder: string, relative: string): Promise<Arguments> {
  const described = await describedDataset(folder);
  return { ...described, file_name: `${relative}/${described.file_name}` };
}

const ModelConfig = z.object({ dtype: z.string().nullish(), torch_dtype: z.string().nullish() });

async function numberType(base: string): Promise<string> {
  const text = await readFile(join(base, 'config.json'), 'utf8').catch((error: unknown) => {
    throw new AttemptFault('INPUT_MISSING', 'The base model has no config.json.', false, error);
  });
  const { dtype, torch_dtype: older } = ModelConfig.parse(JSON.parse(text));
  const found = dtype ?? older ?? 'float32';
  return ['float16', 'bfloat16', 'float32'].includes(found) ? found : 'float32';
}
