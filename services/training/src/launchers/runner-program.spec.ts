import { describe, expect, it } from '@jest/globals';
import type { TrainingConfig } from '../config.js';
import { runnerProgram } from './runner-program.js';

describe(runnerProgram.name, () => {
  it('gives runners what the host lets them take, with the platform’s own settings above it', () => {
    const config = {
      runnerEnvironment: { HTTPS_PROXY: 'http://proxy', OMP_NUM_THREADS: '2', CONCH_ARTIFACT_DIR: '/elsewhere' },
      ...{ CONCH_REPO_DIR: '/r', CONCH_STATE_DIR: '/s', CONCH_WORK_DIR: '/w', CONCH_ARTIFACT_DIR: '/a', CONCH_DATABASE_URL: 'postgres://secret' },
    } as unknown as TrainingConfig;
    const { environment } = runnerProgram(config, '/node');
    expect(environment).toMatchObject({ HTTPS_PROXY: 'http://proxy', OMP_NUM_THREADS: '2', CONCH_ARTIFACT_DIR: '/a' });
    expect(Object.keys(environment)).not.toContain('CONCH_DATABASE_URL');
  });
});
