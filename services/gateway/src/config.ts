import { Address, ServiceEnv, readConfig } from '@conch/config';
import { z } from 'zod';

const Count = z.coerce.number().int().positive();

const GatewayEnv = ServiceEnv.extend({
  /** The address that the REST surface listens on; loopback unless it is set, so that nothing is open to a network by accident. */
  CONCH_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  CONCH_HTTP_PORT: z.coerce.number().int().min(0).max(65_535),
  /** Where the first API key is written, once, readable by its owner alone. */
  CONCH_BOOTSTRAP_KEY_FILE: z.string().min(1),
  CONCH_DATASETS_GRPC: Address,
  CONCH_TRAINING_GRPC: Address,
  CONCH_INFERENCE_GRPC: Address,
  CONCH_RETRIEVAL_GRPC: Address,
  /** The model that `GET /generate` uses when it names none. */
  CONCH_DEFAULT_MODEL: z.string().min(1).default('conch-tiny'),
  /** Requests that one project may send a minute. */
  CONCH_REQUESTS_PER_MINUTE: Count.default(120_000),
  /** Generations that one project may have under way at once. */
  CONCH_CONCURRENT_GENERATIONS: Count.default(256),
  /** Tokens that one project may use a day, in UTC; without it there is no limit. */
  CONCH_TOKENS_PER_DAY: Count.optional(),
  /** How long one unary call to a peer may take. */
  CONCH_CALL_TIMEOUT_MS: Count.default(15_000),
  /** How long one generation may take, the loading of its model included. */
  CONCH_GENERATION_TIMEOUT_MS: Count.default(600_000),
  /** How long a stream stays silent before its status line is sent and later errors have to travel inside it. */
  CONCH_FIRST_TOKEN_GRACE_MS: Count.default(10_000),
  CONCH_MAX_JSON_BYTES: Count.default(16 * 1024 * 1024),
  CONCH_MAX_UPLOAD_BYTES: Count.default(8 * 1024 * 1024 * 1024),
  /** An upload that sends nothing for so long is given up. */
  CONCH_UPLOAD_IDLE_MS: Count.default(60_000),
  /** A JSON body of which nothing more comes for so long is given up. */
  CONCH_BODY_IDLE_MS: Count.default(60_000),
  /** How long answers under way may go on once the gateway was told to stop. */
  CONCH_STOP_GRACE_MS: Count.default(15_000),
});

/** Everything the gateway reads from its environment. */
export type GatewayConfig = z.output<typeof GatewayEnv>;

/** Reads and checks the environment; throws one error that lists every problem. */
export function readGatewayConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  return readConfig('gateway', GatewayEnv, env);
}
