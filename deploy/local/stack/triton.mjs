import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { python } from '../bootstrap/requirements.mjs';
import { ENV_DIR, sitePackages } from '../paths.mjs';
import { answers } from './health.mjs';

const SHARED_MEMORY = '/dev/shm';
const START_TIMEOUT_MS = 120_000;
const STOP_GRACE_MS = 30_000;
/** How long Triton lets generations end when it is stopped. */
const EXIT_TIMEOUT_S = 15;

/** The model server: the wheel's own program. It loads nothing by itself; the inference service tells it what. @param {import('./context.mjs').StackContext} context @returns {import('./context.mjs').StackProcess} */
export function triton(context) {
  const { stateDir, ports } = context;
  const models = join(stateDir, 'triton-models');
  const packages = sitePackages('serving');
  const region = `conch-${createHash('sha256').update(stateDir).digest('hex').slice(0, 12)}-`;
  return {
    name: 'triton',
    after: [],
    port: ports['tritonGrpc'] ?? 0,
    command: join(packages, 'pytriton', 'tritonserver', 'bin', 'tritonserver'),
    args: [
      `--model-repository=${models}`,
      `--backend-directory=${join(ENV_DIR, 'triton-backends')}`,
      '--model-control-mode=explicit',
      `--backend-config=python,shm-region-prefix-name=${region}`,
      `--exit-timeout-secs=${EXIT_TIMEOUT_S}`,
      ...['grpc', 'http', 'metrics'].map((kind) => `--${kind}-address=127.0.0.1`),
      ...[`--grpc-port=${ports['tritonGrpc']}`, `--http-port=${ports['tritonHttp']}`, `--metrics-port=${ports['tritonMetrics']}`],
    ],
    cwd: stateDir,
    env: {
      ...context.host,
      ...context.overrides['triton'],
      LD_LIBRARY_PATH: [join(packages, 'nvidia_pytriton.libs'), python().libraryFolder].join(':'),
    },
    prepare: async () => {
      mkdirSync(models, { recursive: true });
      clearSharedMemory(region);
    },
    check: answers(`http://127.0.0.1:${ports['tritonHttp']}/v2/health/ready`),
    stopSignal: 'SIGTERM',
    graceMs: STOP_GRACE_MS,
    startTimeoutMs: START_TIMEOUT_MS,
  };
}

/** A killed Triton leaves the memory that it shared with its models. */
function clearSharedMemory(/** @type {string} */ region) {
  let names = [];
  try {
    names = readdirSync(SHARED_MEMORY);
  } catch (error) {
    // A system that has no such folder keeps shared memory elsewhere and clears it itself.
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return;
    throw error;
  }
  for (const name of names) if (name.startsWith(region)) rmSync(join(SHARED_MEMORY, name), { force: true });
}
