import { DeploymentTransitionRefused } from './deployment.errors.js';

/** Where a deployment stands between the wish to serve a model version and Triton serving it. */
export type DeploymentState = 'pending' | 'loading' | 'ready' | 'failed' | 'draining';

/** The only moves a deployment makes; `ready → pending` is a model server that lost the model and must load it again. */
const NEXT = {
  pending: ['loading', 'draining'],
  loading: ['ready', 'failed', 'pending', 'draining'],
  ready: ['pending', 'draining'],
  failed: ['pending', 'draining'],
  draining: [],
} as const satisfies Record<DeploymentState, readonly DeploymentState[]>;

export interface DeploymentFacts {
  readonly id: string;
  readonly projectId: string;
  readonly model: string;
  readonly modelVersionId: string;
  readonly revisionId: string;
  readonly servingDigest: string;
  readonly weightFormat: string;
  readonly state: DeploymentState;
  readonly reason: string;
  readonly failures: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One model version's place on the model server. */
export class Deployment {
  constructor(readonly facts: DeploymentFacts) {}

  get id(): string {
    return this.facts.id;
  }

  get state(): DeploymentState {
    return this.facts.state;
  }

  /** The name under which Triton knows this revision. */
  get servedName(): string {
    return `gen-${this.facts.revisionId}`;
  }

  /** The next state, at `at`, with the reason a person may read; refuses a move that the table does not have. */
  to(state: DeploymentState, at: Date, reason = ''): Deployment {
    const allowed: readonly DeploymentState[] = NEXT[this.state];
    if (!allowed.includes(state)) throw new DeploymentTransitionRefused(this.id, this.state, state);
    const failures = state === 'failed' ? this.facts.failures + 1 : state === 'ready' ? 0 : this.facts.failures;
    return new Deployment({ ...this.facts, state, reason, failures, updatedAt: at });
  }

  /** When a failed deployment may be tried again: 2, 4, 8 … 60 seconds after the failure. */
  retryAt(): Date {
    const delayMs = Math.min(60_000, 1_000 * 2 ** this.facts.failures);
    return new Date(this.facts.updatedAt.getTime() + delayMs);
  }
}
