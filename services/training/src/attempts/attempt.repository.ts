import type { Attempt } from './attempt.entity.js';

/** Where attempts are read; they are changed together with their jobs. */
export abstract class AttemptRepository {
  abstract find(ids: readonly string[]): Promise<readonly Attempt[]>;
  /** Attempts that are under way. */
  abstract listLive(): Promise<readonly Attempt[]>;
  /** Gives every attempt under way a lease until then, unless it has a longer one. */
  abstract renewLeases(until: Date): Promise<void>;
  /** Those of the given attempts whose jobs are over. */
  abstract listOver(ids: readonly string[]): Promise<readonly string[]>;
}
