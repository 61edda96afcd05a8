export { BadConfiguration, readConfig } from './read-config.js';
export { Address, ServiceEnv } from './service-env.js';
export type { ServiceConfig } from './service-env.js';
