import { join } from 'node:path';
import type { TrainingConfig } from '../config.js';
import type { RunnerProgram } from './local-process-launcher.js';

/** The runner of this repository, and what it finds in its environment: what it needs and nothing else of this process. */
export function runnerProgram(config: TrainingConfig, node: string): RunnerProgram {
  return {
    node,
    entry: join(config.CONCH_REPO_DIR, 'services', 'runner', 'dist', 'main.js'),
    stackId: config.CONCH_STACK_ID ?? config.CONCH_STATE_DIR,
    workDir: config.CONCH_WORK_DIR,
    environment: {
      ...config.runnerEnvironment,
      CONCH_TRAINING_GRPC: config.CONCH_TRAINING_GRPC,
      CONCH_SERVICE_TOKEN: config.CONCH_SERVICE_TOKEN,
      CONCH_ARTIFACT_DIR: config.CONCH_ARTIFACT_DIR,
      CONCH_ENV_DIR: config.CONCH_ENV_DIR,
      CONCH_REPO_DIR: config.CONCH_REPO_DIR,
      CONCH_BASE_MODEL_DIR: config.CONCH_BASE_MODEL_DIR,
      CONCH_LOG_LEVEL: config.CONCH_LOG_LEVEL,
    },
  };
}
