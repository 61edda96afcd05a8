import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import type { JsonObject } from './job.entity.js';
import { ModelSource } from './model-source.js';

/** Above this, a model is served in eight bits a weight, which halves what it takes and hardly changes what it says. */
const INT8_ABOVE_PARAMETERS = 500_000_000;
const HUB_REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?(@[A-Za-z0-9][A-Za-z0-9._/-]*)?$/;

/** Sources below a folder of this machine (`local:`), and repositories of a hub (`hf:`), whose content only the runner sees. */
export class FolderModelSource extends ModelSource {
  constructor(private readonly root: string) {
    super();
  }

  override async fault(source: string): Promise<string | null> {
    if (source.startsWith('hf:')) {
      const repository = source.slice('hf:'.length);
      const isFine = repository.length <= 200 && HUB_REPOSITORY.test(repository) && !repository.includes('..');
      return isFine ? null : 'must name a repository of the hub, such as hf:deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B or hf:<repository>@<revision>';
    }
    if (!source.startsWith('local:')) return 'must begin with local: (a folder of base models) or hf: (a repository of a hub)';
    const folder = await this.folder(source);
    if (folder === null) return 'must name a folder with a config.json below the folder of base models, such as local:conch-tiny';
    return (await configOf(folder)) === null ? 'must name a model whose config.json is a JSON object; correct that file' : null;
  }

  override async suitingFormat(source: string): Promise<string> {
    const folder = source.startsWith('local:') ? await this.folder(source) : null;
    // Models of a hub are large as a rule.
    if (folder === null) return 'int8';
    return (await parametersIn(folder)) > INT8_ABOVE_PARAMETERS ? 'int8' : 'fp32';
  }

  /** The folder that a source names; null when it is not there, or lies elsewhere once links are followed. */
  private async folder(source: string): Promise<string | null> {
    const name = source.slice('local:'.length);
    if (name === '' || isAbsolute(name) || name.includes('\0') || name.split('/').some((part) => part === '' || part === '.' || part === '..')) return null;
    try {
      const root = await realpath(this.root);
      const folder = await realpath(join(root, name));
      if (!folder.startsWith(root + sep)) return null;
      return (await stat(join(folder, 'config.json'))).isFile() ? folder : null;
    } catch (thrown) {
      const code = (thrown as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
      throw thrown;
    }
  }
}

/** About how many parameters a folder's weights have, by their size and type. */
async function parametersIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder)) {
    if (name.endsWith('.safetensors') || name.endsWith('.bin')) bytes += (await stat(join(folder, name))).size;
  }
  const config = await configOf(folder);
  return bytes / ((config?.['dtype'] ?? config?.['torch_dtype']) === 'float32' ? 4 : 2);
}

/** A model's description of itself; null when it is none. */
async function configOf(folder: string): Promise<JsonObject | null> {
  const text = await readFile(join(folder, 'config.json'), 'utf8');
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
