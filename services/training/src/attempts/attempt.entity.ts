import type { JobFault } from '../jobs/job.entity.js';
import { AttemptTransitionRefused, LeaseLost } from './attempt.errors.js';

/** Where an attempt stands; `lost` is a runner that died or fell silent. */
export type AttemptState = 'starting' | 'running' | 'succeeded' | 'failed' | 'lost' | 'cancelled';

const NEXT = {
  starting: ['running', 'failed', 'lost', 'cancelled'],
  running: ['succeeded', 'failed', 'lost', 'cancelled'],
  succeeded: [],
  failed: [],
  lost: [],
  cancelled: [],
} as const satisfies Record<AttemptState, readonly AttemptState[]>;

/** What an attempt consists of. */
export interface AttemptFacts {
  readonly id: string;
  readonly projectId: string;
  readonly jobId: string;
  /** From 1, rising by one with each attempt of the job; calls that carry another one are refused. */
  readonly epoch: number;
  readonly state: AttemptState;
  readonly leaseUntil: Date;
  /** Number of the last report that was taken. */
  readonly lastReport: number;
  /** The first step that this attempt told, and when; for estimating its end. */
  readonly firstStep: number | null;
  readonly firstStepAt: Date | null;
  readonly fault: JobFault | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** One run of a job by one runner. */
export class Attempt {
  constructor(readonly facts: AttemptFacts) {}

  get id(): string {
    return this.facts.id;
  }

  get state(): AttemptState {
    return this.facts.state;
  }

  get isLive(): boolean {
    return this.facts.state === 'starting' || this.facts.state === 'running';
  }

  /** The attempt in its next state at `at`; any move that the table does not have is refused. */
  to(state: AttemptState, at: Date, fault: JobFault | null = null): Attempt {
    const allowed: readonly AttemptState[] = NEXT[this.facts.state];
    if (!allowed.includes(state)) throw new AttemptTransitionRefused(this.id, this.facts.state, state);
    return this.with({ state, fault, ...(state === 'running' ? {} : { finishedAt: at }) });
  }

  /** The same attempt with some of its facts changed; its state changes with `to` only. */
  with(change: Partial<AttemptFacts>): Attempt {
    return new Attempt({ ...this.facts, ...change });
  }

  /** Refuses a caller whose lease is not this one, or over. */
  checkLease(epoch: number): void {
    if (epoch !== this.facts.epoch || !this.isLive) throw new LeaseLost(this.id, epoch);
  }
}
