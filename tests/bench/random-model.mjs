import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ENV_DIR } from '../../deploy/local/paths.mjs';

const run = promisify(execFile);
const MAKER = join(import.meta.dirname, 'models', 'make_qwen2.py');

/** The name under which the random model is imported. */
export const RANDOM_MODEL = 'bench-qwen2-0.5b';
/** Its folder below the base models, where the platform's import finds it as `local:bench-qwen2-0.5b`. */
export const RANDOM_MODEL_FOLDER = join(ENV_DIR, 'base-models', RANDOM_MODEL);

/** Settings of a stack that imports the random model instead of others, and serves it with int8 weights. */
export const SERVED_RANDOM_MODEL = { CONCH_BASE_MODELS: `${RANDOM_MODEL}=local:${RANDOM_MODEL}`, CONCH_SERVING_FORMAT: 'int8' };

/** Makes the random model unless it is there and made by the same program. @param {(line: string) => void} tell */
export async function makeRandomModel(tell) {
  const digest = createHash('sha256').update(readFileSync(MAKER)).digest('hex');
  const stamp = join(RANDOM_MODEL_FOLDER, '.made-by');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  tell('making a model of 494 million random weights, in the shape of Qwen2-0.5B');
  const draft = `${RANDOM_MODEL_FOLDER}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await run(join(ENV_DIR, 'trainer', 'bin', 'python'), [MAKER, draft], { env: { ...process.env, HF_HUB_OFFLINE: '1' } });
  writeFileSync(join(draft, '.made-by'), digest);
  rmSync(RANDOM_MODEL_FOLDER, { recursive: true, force: true });
  renameSync(draft, RANDOM_MODEL_FOLDER);
}
