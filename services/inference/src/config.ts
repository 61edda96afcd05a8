import { ServiceEnv, readConfig } from '@conch/config';
import { z } from 'zod';

const Port = /^[^:]+:\d+$/;

const InferenceEnv = ServiceEnv.extend({
  CONCH_TRITON_GRPC: z.string().regex(Port, 'must be host:port'),
  CONCH_TRITON_MODEL_DIR: z.string().min(1),
  /** Public id of the embedding model that is served from the start. */
  CONCH_EMBEDDING_MODEL: z.string().default('all-MiniLM-L6-v2'),
  /** Serving folder of that model; default: `<CONCH_ENV_DIR>/embedder`. */
  CONCH_EMBEDDING_DIR: z.string().optional(),
  /** Tokens a generation may produce when the caller names no maximum. */
  CONCH_MAX_OUTPUT_TOKENS: z.coerce.number().int().positive().default(4096),
  /** Sequences that one model decodes together. */
  CONCH_MAX_SEQUENCES: z.coerce.number().int().positive().default(64),
  /** Requests that may wait for a slot before new ones are refused. */
  CONCH_MAX_QUEUED: z.coerce.number().int().positive().default(256),
  CONCH_KV_CACHE_MB: z.coerce.number().int().positive().default(512),
  /** How long a request waits for its model to be loaded. */
  CONCH_LOAD_TIMEOUT_MS: z.coerce.number().int().positive().default(120_000),
  CONCH_RECONCILE_INTERVAL_MS: z.coerce.number().int().positive().default(1_000),
});

/** Everything the inference service reads from its environment. */
export type InferenceConfig = z.output<typeof InferenceEnv>;

/** Reads and checks the environment; throws one error that lists every problem. */
export function readInferenceConfig(env: NodeJS.ProcessEnv): InferenceConfig {
  return readConfig('inference', InferenceEnv, env);
}
