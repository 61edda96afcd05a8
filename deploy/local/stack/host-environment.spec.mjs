import { describe, expect, it } from '@jest/globals';
import { hostEnvironment, readOverrides } from './host-environment.mjs';

describe(hostEnvironment.name, () => {
  it('lets in what processes need and nothing else', () => {
    const env = {
      HOME: '/home/a',
      HF_ENDPOINT: 'http://hub',
      CONCH_LOG_LEVEL: 'debug',
      OPENBLAS_CORETYPE: 'Haswell',
      OMP_NUM_THREADS: '2',
      CUDA_VISIBLE_DEVICES: '1',
      NCCL_P2P_DISABLE: '1',
      NPROC_PER_NODE: '2',
      https_proxy: 'http://proxy',
      AWS_SECRET_ACCESS_KEY: 's',
      NODE_OPTIONS: '--inspect',
      PYTHONPATH: '/x',
    };
    const { PATH, ...others } = hostEnvironment(env);
    expect(others).toEqual({
      ...{ HOME: '/home/a', HF_ENDPOINT: 'http://hub', CONCH_LOG_LEVEL: 'debug', OPENBLAS_CORETYPE: 'Haswell', https_proxy: 'http://proxy' },
      ...{ OMP_NUM_THREADS: '2', CUDA_VISIBLE_DEVICES: '1', NCCL_P2P_DISABLE: '1', NPROC_PER_NODE: '2' },
    });
    expect(PATH).toMatch(/node_modules\/node\/bin:/);
  });

  it('keeps the supervisor’s own settings to itself', () => {
    expect(Object.keys(hostEnvironment({ CONCH_OVERRIDES: '{}', CONCH_PARENT: '1:2', CONCH_TEST_CONNECTION: '{}' }))).toEqual(['PATH']);
  });
});

describe(readOverrides.name, () => {
  it('reads settings by process', () => {
    expect(readOverrides('{"training":{"CONCH_LEASE_SECONDS":"5"}}')).toEqual({ training: { CONCH_LEASE_SECONDS: '5' } });
    expect(readOverrides(undefined)).toEqual({});
  });

  it.each(['{', '[]', '{"training":"x"}', '{"training":{"A":5}}'])('refuses %s and shows what is expected', (text) => {
    expect(() => readOverrides(text)).toThrow('CONCH_OVERRIDES must be JSON like {"training"');
  });
});
