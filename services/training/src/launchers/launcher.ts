import type { Attempt } from '../attempts/attempt.entity.js';

/** Starts and ends the runners of attempts. */
export abstract class Launcher {
  /** Starts an attempt's runner; throws when that is impossible. The runner outlives this process. */
  abstract launch(attempt: Attempt): Promise<void>;
  /** Ends everything that belongs to an attempt; resolves when nothing of it is left. */
  abstract kill(attemptId: string): Promise<void>;
  /** What is there of every attempt, whoever started it. */
  abstract look(): Promise<ReadonlyMap<string, AttemptPresence>>;
  /** How a runner that this process started ended; null when it is not known. */
  abstract endOf(attemptId: string): string | null;
}

/** What is left of an attempt on the machine. */
export interface AttemptPresence {
  /** Whether its runner itself is alive, and not only what it started. */
  readonly hasRunner: boolean;
}
