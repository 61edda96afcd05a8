import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENV_DIR, sitePackages } from '../paths.mjs';
import { fileInput } from './fingerprint.mjs';
import { putInPlace } from './replace.mjs';

const TARGET = join(ENV_DIR, 'triton-backends');

/** Triton's Python backend with the stub of our Python beside it; the wheel keeps the two apart. @type {import('./step.mjs').Step} */
export const tritonBackend = {
  name: 'triton-backend',
  title: "Triton's Python backend",
  after: ['python-serving'],
  lane: 'compute',
  needs: [],
  inputs: () => [fileInput('deploy/local/python/serving.lock'), ENV_DIR],
  outputs: () => [join(TARGET, 'python', 'triton_python_backend_stub')],
  make: async ({ draft }) => {
    const wheel = join(sitePackages('serving'), 'pytriton', 'tritonserver');
    const folder = join(draft, 'python');
    cpSync(join(wheel, 'backends', 'python'), folder, { recursive: true });
    copyFileSync(join(wheel, 'python_backend_stubs', '3.11', 'triton_python_backend_stub'), join(folder, 'triton_python_backend_stub'));
    // The stub ignores PYTHONPATH, and this module needs numpy: it is told where numpy lives.
    const module = join(folder, 'triton_python_backend_utils.py');
    writeFileSync(module, `import sys; sys.path.insert(0, ${JSON.stringify(sitePackages('serving'))})\n${readFileSync(module, 'utf8')}`);
    putInPlace(draft, TARGET);
  },
};
