import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WorkFolders } from '../attempt/work-folders.js';
import { datasetInfo, exportConfig, readArguments, trainConfig } from './engine-configs.js';

let folders: WorkFolders;

beforeEach(async () => {
  folders = new WorkFolders(join(await mkdtemp(join(tmpdir(), 'conch-configs-')), 'att_1'));
  await folders.prepare('att_1');
  for (const folder of [folders.base, folders.train, folders.evaluation]) await mkdir(folder);
});

afterEach(async () => {
  await rm(join(folders.root, '..'), { recursive: true, force: true });
});

describe(readArguments, () => {
  it.each(['model_name_or_path', 'output_dir', 'deepspeed', 'trust_remote_code', 'report_to', 'tokenized_path', 'hub_token', 'reward_model'])(
    'refuses %s, which is the runner’s',
    (name) => {
      expect(() => readArguments(JSON.stringify({ stage: 'sft', [name]: 'x' }))).toThrow(
        expect.objectContaining({ code: 'ARGUMENTS_REFUSED', message: expect.stringContaining(name) }),
      );
    },
  );

  it.each(['', '[]', '"x"', '{'])('refuses %j', (json) => {
    expect(() => readArguments(json)).toThrow(expect.objectContaining({ code: 'ARGUMENTS_REFUSED' }));
  });
});

describe(trainConfig, () => {
  it('leaves a recipe’s knobs alone and names the attempt’s own places', () => {
    const config = trainConfig({ stage: 'sft', learning_rate: 0.001, logging_steps: 5 }, { folders, hasValidation: false, resumeFrom: '' });
    expect(config).toMatchObject({
      stage: 'sft',
      learning_rate: 0.001,
      logging_steps: 5,
      output_dir: folders.output,
      dataset: 'conch',
      save_strategy: 'epoch',
      trust_remote_code: false,
    });
    expect(config).not.toHaveProperty('resume_from_checkpoint');
    expect(config).not.toHaveProperty('template');
  });

  it('evaluates when there is validation data, at every saved checkpoint', () => {
    const config = trainConfig({ stage: 'sft', save_steps: 10 }, { folders, hasValidation: true, resumeFrom: '' });
    expect(config).toMatchObject({ eval_dataset: 'conch_validation', eval_strategy: 'steps', save_strategy: 'steps', compute_accuracy: true });
  });

  it('drops what belongs to an evaluation when there is nothing to evaluate on', () => {
    expect(
      Object.keys(trainConfig({ eval_strategy: 'epoch', eval_steps: 3 }, { folders, hasValidation: false, resumeFrom: '' })).filter((name) =>
        name.startsWith('eval'),
      ),
    ).toEqual([]);
  });

  it('goes on from a checkpoint', () => {
    expect(trainConfig({}, { folders, hasValidation: false, resumeFrom: '/w/att_0/output/checkpoint-5' })).toMatchObject({
      resume_from_checkpoint: '/w/att_0/output/checkpoint-5',
    });
  });
});

describe(exportConfig, () => {
  it('merges an adapter into the base, in the base’s own number type', async () => {
    await writeFile(join(folders.base, 'config.json'), '{"dtype":"bfloat16"}');
    expect(await exportConfig({}, folders)).toMatchObject({ model_name_or_path: folders.base, adapter_name_or_path: folders.output, infer_dtype: 'bfloat16' });
  });

  it('takes the trained weights themselves after full tuning', async () => {
    await writeFile(join(folders.base, 'config.json'), '{"torch_dtype":"float16"}');
    const config = await exportConfig({ finetuning_type: 'full' }, folders);
    expect(config).toMatchObject({ model_name_or_path: folders.output, finetuning_type: 'full', infer_dtype: 'float16' });
    expect(config).not.toHaveProperty('adapter_name_or_path');
  });
});

describe(datasetInfo, () => {
  it('describes both folders under one roof', async () => {
    const described = JSON.stringify({ conch: { file_name: 'data.jsonl', formatting: 'sharegpt' } });
    await writeFile(join(folders.train, 'dataset_info.json'), described);
    await writeFile(join(folders.evaluation, 'dataset_info.json'), described);
    expect(await datasetInfo(folders, true)).toEqual({
      conch: { file_name: '../train/data.jsonl', formatting: 'sharegpt' },
      conch_validation: { file_name: '../eval/data.jsonl', formatting: 'sharegpt' },
    });
  });

  it('refuses a folder whose file lies elsewhere', async () => {
    await writeFile(join(folders.train, 'dataset_info.json'), JSON.stringify({ conch: { file_name: '../../etc/passwd' } }));
    await expect(datasetInfo(folders, false)).rejects.toMatchObject({ code: 'INPUT_DAMAGED' });
  });
});

describe(WorkFolders, () => {
  it('refuses a path with a space, which the trainer cannot take', async () => {
    await expect(new WorkFolders('/tmp/my work/att_1').prepare('att_1')).rejects.toMatchObject({
      code: 'WORK_DIR_REFUSED',
      message: expect.stringContaining('space'),
    });
  });

  it('refuses a folder that is not the attempt’s own, and leaves it alone', async () => {
    await writeFile(join(folders.root, 'kept'), '');
    await expect(folders.prepare('att_2')).rejects.toMatchObject({ code: 'WORK_DIR_REFUSED' });
    expect((await import('node:fs')).existsSync(join(folders.root, 'kept'))).toBe(true);
  });
});
