import { join } from 'node:path';
import { ENV_DIR, ROOT } from '../paths.mjs';
import { folderInputs } from './fingerprint.mjs';
import { putInPlace } from './replace.mjs';

const ENGINES = 'services/training/engines';
const TARGET = join(ENV_DIR, 'base-models', 'conch-tiny');

/** The small base model, made on the spot from the text that the project ships. @type {import('./step.mjs').Step} */
export const conchTiny = {
  name: 'conch-tiny',
  title: 'The base model conch-tiny, trained here',
  after: ['python-trainer'],
  lane: 'compute',
  needs: [],
  inputs: () => folderInputs(`${ENGINES}/tiny`, (path) => !path.includes('/tests/') && !/\/test_[^/]*$/.test(path)),
  outputs: () => [join(TARGET, 'config.json'), join(TARGET, 'tokenizer.json')],
  make: async ({ command, draft }) => {
    const env = { PYTHONPATH: join(ROOT, ENGINES), PYTHONUNBUFFERED: '1', HF_HUB_OFFLINE: '1' };
    await command(join(ENV_DIR, 'trainer', 'bin', 'python'), ['-m', 'tiny.make', '--out', draft], { cwd: ROOT, env, reads: readTrainer });
    putInPlace(draft, TARGET);
  },
};

/** Of the trainer's many lines, its losses and our own. @param {string} line */
export function readTrainer(line) {
  if (line.startsWith('conch-tiny: ')) return line.slice('conch-tiny: '.length);
  const found = /'loss': '?([\d.e+-]+)'?.*'epoch': '?([\d.e+-]+)/.exec(line);
  if (found === null) return null;
  return `loss ${Number(found[1]).toFixed(2)}, ${Math.round(100 * Math.min(1, Number(found[2])))} % of the rows seen`;
}
