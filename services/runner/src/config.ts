import { Address, readConfig } from '@conch/config';
import { z } from 'zod';

const RunnerEnv = z.object({
  CONCH_ATTEMPT_ID: z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be an attempt id'),
  CONCH_ATTEMPT_EPOCH: z.coerce.number().int().min(1),
  CONCH_TRAINING_GRPC: Address,
  CONCH_SERVICE_TOKEN: z.string().min(16, 'must have at least 16 characters'),
  CONCH_ARTIFACT_DIR: z.string().min(1),
  CONCH_ENV_DIR: z.string().min(1),
  CONCH_REPO_DIR: z.string().min(1),
  /** Where `local:` imports are looked for; without it there are none. */
  CONCH_BASE_MODEL_DIR: z.string().optional(),
  CONCH_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** How long a call to the training service is repeated while nobody answers. */
  CONCH_RUNNER_PATIENCE_MS: z.coerce.number().int().positive().default(900_000),
  /** How long the engine has to end by itself when it is told to. */
  CONCH_RUNNER_STOP_GRACE_MS: z.coerce.number().int().positive().default(2_000),
  /** Tokens of each answer that the converted model is compared by with the one that it was made from. */
  CONCH_PARITY_TOKENS: z.coerce.number().int().min(1).max(256).default(16),
});

/** Everything the runner reads from its environment. */
export type RunnerConfig = z.output<typeof RunnerEnv>;

/** Reads and checks the environment; throws one error that lists every problem. */
export function readRunnerConfig(env: NodeJS.ProcessEnv): RunnerConfig {
  return readConfig('runner', RunnerEnv, env);
}

/** The engine needs neither the platform's token nor its addresses, and a model's code must not find them. */
const KEPT_FROM_ENGINE = ['CONCH_SERVICE_TOKEN', 'CONCH_TRAINING_GRPC', 'PYTHONPATH', 'PYTHONHOME', 'NODE_OPTIONS'];

/** The runner's environment as the engine may see it. */
export function engineEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !KEPT_FROM_ENGINE.includes(name)));
}
