import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderModelSource } from './folder-model-source.js';

let dir: string;
let sources: FolderModelSource;

async function model(path: string, weightsBytes: number, dtype: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'config.json'), JSON.stringify({ dtype }));
  await writeFile(join(path, 'model.safetensors'), '');
  // A hole in the file: the size counts, and no disk is used.
  await truncate(join(path, 'model.safetensors'), weightsBytes);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conch-sources-'));
  await model(join(dir, 'models', 'small'), 24_000_000, 'float32');
  await model(join(dir, 'models', 'large'), 3_000_000_000, 'bfloat16');
  await model(join(dir, 'secret'), 1, 'float32');
  await symlink(join(dir, 'secret'), join(dir, 'models', 'way-out'));
  await mkdir(join(dir, 'models', 'empty'));
  sources = new FolderModelSource(join(dir, 'models'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe(FolderModelSource.name, () => {
  it.each(['local:small', 'hf:deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B', 'hf:gpt2', 'hf:a/b@refs/pr/1'])('takes %s', async (source) => {
    expect(await sources.fault(source)).toBeNull();
  });

  it.each([
    'local:',
    'local:/etc',
    'local:../secret',
    'local:small/../../secret',
    'local:way-out',
    'local:none',
    'local:empty',
    'local:small/config.json',
    'local:a\0b',
  ])('refuses %j, which is no model below the folder', async (source) => {
    expect(await sources.fault(source)).toMatch(/must name a folder with a config.json/);
  });

  it.each(['{', 'null', '[]', ''])('refuses a model whose config.json is %j', async (text) => {
    await mkdir(join(dir, 'models', 'broken'), { recursive: true });
    await writeFile(join(dir, 'models', 'broken', 'config.json'), text);
    expect(await sources.fault('local:broken')).toMatch(/config.json is a JSON object/);
    expect(await sources.suitingFormat('local:broken')).toBe('fp32');
  });

  it.each(['hf:', 'hf:../x', 'hf:a/b/c', 'hf:a b', 'http://x', 'small', ''])('refuses %j as a source', async (source) => {
    expect(await sources.fault(source)).toMatch(/^must /);
  });

  it('serves models above 500 million parameters in eight bits, and those of a hub', async () => {
    expect(await sources.suitingFormat('local:small')).toBe('fp32');
    expect(await sources.suitingFormat('local:large')).toBe('int8');
    expect(await sources.suitingFormat('hf:a/b')).toBe('int8');
  });
});
