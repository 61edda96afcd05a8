import { type Logger as PinoLogger, pino } from 'pino';

/** Structured JSON logs on standard output; the supervisor or the cluster keeps them. */
export type Logger = PinoLogger;

const SECRETS = ['authorization', 'apiKey', 'token', 'password', 'serviceToken'];

/** A service's logger; known secret fields are never written. */
export function createLogger(options: { service: string; level: string }): Logger {
  return pino({
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: [...SECRETS, ...SECRETS.map((name) => `*.${name}`), ...SECRETS.map((name) => `*.*.${name}`)], censor: '[redacted]' },
  });
}
