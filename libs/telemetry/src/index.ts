export { createLogger } from './logger.js';
export type { Logger } from './logger.js';
export { Metrics, createMetrics } from './metrics.js';
export { startHealthServer } from './health-server.js';
export type { HealthChecks } from './health-server.js';
export { contextFrom, inSpan, startTracing, traceHeaders } from './tracing.js';
