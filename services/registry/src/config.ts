import { type ServiceConfig, ServiceEnv, readConfig } from '@conch/config';

/** Everything the registry reads from its environment. */
export type RegistryConfig = ServiceConfig;

/** Reads and checks the environment; throws one error that lists every problem. */
export function readRegistryConfig(env: NodeJS.ProcessEnv): RegistryConfig {
  return readConfig('registry', ServiceEnv, env);
}
