import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServedModel } from './model-server.js';

/** Settings that every served generation model gets. */
export interface EngineSettings {
  readonly maxSequences: number;
  readonly maxQueued: number;
  readonly kvCacheMb: number;
}

interface RepositoryOptions {
  /** Triton's `--model-repository`. */
  readonly root: string;
  /** Where our Triton models live: `models/<kind>/{model.py,config.pbtxt}` and the engine package. */
  readonly source: string;
  /** site-packages of the serving environment; the stub ignores PYTHONPATH, so the model is told. */
  readonly sitePackages: string;
  readonly engine: EngineSettings;
}

/** The folders that Triton loads models from; each holds a copy of our Python model and a configuration that names the weights. */
export class ModelRepository {
  constructor(private readonly options: RepositoryOptions) {}

  /** Writes the model's folder whole or not at all. */
  async write(model: ServedModel): Promise<void> {
    const source = join(this.options.source, 'models', model.kind);
    const target = join(this.options.root, model.name);
    const draft = `${target}.draft`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(join(draft, '1'), { recursive: true });
    await cp(join(source, 'model.py'), join(draft, '1', 'model.py'));
    const template = await readFile(join(source, 'config.pbtxt'), 'utf8');
    await writeFile(join(draft, 'config.pbtxt'), `name: "${model.name}"\n${template}\n${this.parametersOf(model)}`);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.options.root, name), { recursive: true, force: true });
  }

  private parametersOf(model: ServedModel): string {
    const parameters: Record<string, string> = {
      model_dir: model.folder,
      package_dir: this.options.source,
      site_packages: this.options.sitePackages,
    };
    if (model.kind === 'generation') {
      parameters['max_num_seqs'] = String(this.options.engine.maxSequences);
      parameters['max_queue'] = String(this.options.engine.maxQueued);
      parameters['kv_cache_mb'] = String(this.options.engine.kvCacheMb);
      // An fp32 model is served for exactness; quantized weights take the fast kernels.
      parameters['precision_hints'] = model.weightFormat === 'fp32' ? 'exact' : 'fast';
    }
    return Object.entries(parameters)
      .map(([key, value]) => `parameters { key: "${key}" value { string_value: ${JSON.stringify(value)} } }`)
      .join('\n');
  }
}
