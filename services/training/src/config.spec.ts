import { describe, expect, it } from '@jest/globals';
import { readTrainingConfig } from './config.js';

const ENV = {
  ...{
    CONCH_SERVICE: 'training',
    CONCH_STATE_DIR: '/s',
    CONCH_ENV_DIR: '/e',
    CONCH_REPO_DIR: '/r',
    CONCH_ARTIFACT_DIR: '/a',
    CONCH_WORK_DIR: '/w',
    CONCH_BASE_MODEL_DIR: '/b',
  },
  ...{
    CONCH_DATABASE_URL: 'postgres://x',
    CONCH_NATS_URL: 'nats://x',
    CONCH_NATS_USER: 'u',
    CONCH_NATS_PASSWORD: 'p',
    CONCH_SERVICE_TOKEN: '0123456789abcdef',
  },
  ...{ CONCH_GRPC_PORT: '1', CONCH_HEALTH_PORT: '2', CONCH_TRAINING_GRPC: '127.0.0.1:1' },
};

describe(readTrainingConfig.name, () => {
  it('runs one attempt at a time, three of a job, each under a lease of 15 seconds, unless it is told otherwise', () => {
    expect(readTrainingConfig(ENV)).toMatchObject({ CONCH_MAX_RUNNING_ATTEMPTS: 1, CONCH_MAX_ATTEMPTS: 3, CONCH_LEASE_SECONDS: 15, CONCH_BASE_MODELS: [] });
  });

  it('reads base models as names and sources', () => {
    expect(readTrainingConfig({ ...ENV, CONCH_BASE_MODELS: 'conch-tiny=local:conch-tiny, big = hf:a/b@main,' }).CONCH_BASE_MODELS).toEqual([
      { name: 'conch-tiny', source: 'local:conch-tiny' },
      { name: 'big', source: 'hf:a/b@main' },
    ]);
  });

  it('hands on to runners what they need of the host, and no secret of its own', () => {
    const host = {
      ...{ HTTPS_PROXY: 'http://proxy', no_proxy: 'localhost', SSL_CERT_FILE: '/ca.pem', NODE_EXTRA_CA_CERTS: '/ca.pem', TMPDIR: '/big', LANG: 'C.UTF-8' },
      ...{ OMP_NUM_THREADS: '2', CUDA_VISIBLE_DEVICES: '1', NPROC_PER_NODE: '2', NCCL_P2P_DISABLE: '1', CONCH_RUNNER_PATIENCE_MS: '5', HF_TOKEN: 'hf' },
      ...{ CONCH_PARITY_TOKENS: '4', PATH: '/bin', HOME: '/home/a' },
    };
    expect(readTrainingConfig({ ...ENV, ...host, NODE_OPTIONS: '--inspect', AWS_SECRET_ACCESS_KEY: 's' }).runnerEnvironment).toEqual(host);
    expect(readTrainingConfig(ENV).runnerEnvironment).toEqual({ PATH: '/usr/bin:/bin', HOME: '/' });
  });

  it('refuses a lease that is hardly longer than the pause between two looks at it', () => {
    expect(() => readTrainingConfig({ ...ENV, CONCH_LEASE_SECONDS: '2' })).toThrow(/CONCH_LEASE_SECONDS/);
    expect(readTrainingConfig({ ...ENV, CONCH_LEASE_SECONDS: '5' }).CONCH_LEASE_SECONDS).toBe(5);
  });

  it('names every setting that is wrong', () => {
    const read = (): unknown => readTrainingConfig({ ...ENV, CONCH_BASE_MODELS: 'conch-tiny', CONCH_SERVING_FORMAT: 'fp8', CONCH_WORK_DIR: undefined });
    expect(read).toThrow(/CONCH_WORK_DIR: missing/);
    expect(read).toThrow(/CONCH_BASE_MODELS: "conch-tiny" is not name=source/);
    expect(read).toThrow(/CONCH_SERVING_FORMAT/);
  });
});
