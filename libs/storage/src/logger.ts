/** The part of a logger that storage needs; a pino logger fits. */
export interface StorageLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
