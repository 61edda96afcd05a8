import { Address, readConfig, ServiceEnv } from '@conch/config';
import { z } from 'zod';

const RetrievalEnv = ServiceEnv.extend({
  CONCH_DATASETS_GRPC: Address,
  CONCH_INFERENCE_GRPC: Address,
  /** Public id of the embedding model that inference serves. */
  CONCH_EMBEDDING_MODEL: z.string().min(1).default('all-MiniLM-L6-v2'),
  /** Folder with that model's tokenizer; default: `<CONCH_ENV_DIR>/embedder`. */
  CONCH_EMBEDDING_DIR: z.string().min(1).optional(),
  /** Largest file that is indexed. */
  CONCH_MAX_DOCUMENT_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(16 * 1024 * 1024),
  /** Documents that this process indexes at the same time. */
  CONCH_INDEXING_SLOTS: z.coerce.number().int().min(1).max(32).default(2),
  /** How long a document stays claimed without a sign of life before another process may take it over. */
  CONCH_INDEXING_LEASE_MS: z.coerce.number().int().min(1_000).default(60_000),
  /** How often the table is looked at when no notification comes. */
  CONCH_INDEXING_POLL_MS: z.coerce.number().int().min(50).default(1_000),
  /** Limit of one embedding request. */
  CONCH_EMBED_TIMEOUT_MS: z.coerce.number().int().positive().default(60_000),
});

/** Everything the retrieval service reads from its environment. */
export type RetrievalConfig = z.output<typeof RetrievalEnv>;

/** Reads and checks the environment; throws one error that lists every problem. */
export function readRetrievalConfig(env: NodeJS.ProcessEnv): RetrievalConfig {
  return readConfig('retrieval', RetrievalEnv, env);
}
