import { z } from 'zod';

const TcpPort = z.coerce.number().int().min(1).max(65_535);

/** The settings that every service has; a service extends it with its own. */
export const ServiceEnv = z.object({
  CONCH_SERVICE: z.string().min(1),
  CONCH_STATE_DIR: z.string().min(1),
  CONCH_ENV_DIR: z.string().min(1),
  CONCH_REPO_DIR: z.string().min(1),
  CONCH_DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL'),
  CONCH_NATS_URL: z.string().min(1),
  CONCH_NATS_USER: z.string().min(1),
  CONCH_NATS_PASSWORD: z.string().min(1),
  /** Shared by the services; whoever calls one must present it. */
  CONCH_SERVICE_TOKEN: z.string().min(16, 'must have at least 16 characters'),
  CONCH_GRPC_PORT: TcpPort,
  CONCH_HEALTH_PORT: TcpPort,
  CONCH_ARTIFACT_DIR: z.string().min(1),
  CONCH_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** OTLP/HTTP traces endpoint; no traces are exported without it. */
  CONCH_OTLP_URL: z.url().optional(),
});

/** A peer's gRPC address, `host:port`. */
export const Address = z.string().regex(/^[^\s:]+:\d+$/, 'must be host:port');

export type ServiceConfig = z.output<typeof ServiceEnv>;
