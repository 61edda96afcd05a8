import type { JobRepository } from '../../jobs/job.repository.js';
import type { AttemptRepository } from '../attempt.repository.js';
import { endAttempt, type RetryPolicy } from '../retry-policy.js';

/** What the use case is told of its surroundings. */
export interface ExpirySettings {
  readonly leaseMs: number;
  readonly policy: RetryPolicy;
  readonly now: () => Date;
}

/**
 * Gives up attempts whose runners fell silent. When this service itself was away, so that no sign of life could reach it, the
 * runners are given a whole lease more instead: the silence was ours.
 */
export class ExpireLeases {
  private lastRoundAt: Date | null = null;

  constructor(
    private readonly jobs: JobRepository,
    private readonly attempts: AttemptRepository,
    private readonly settings: ExpirySettings,
  ) {}

  async execute(): Promise<void> {
    const { leaseMs, now } = this.settings;
    const at = now();
    const wasAway = this.lastRoundAt === null || at.getTime() - this.lastRoundAt.getTime() > leaseMs / 2;
    if (wasAway) await this.attempts.renewLeases(new Date(at.getTime() + leaseMs));
    for (const attempt of wasAway ? [] : await this.attempts.listLive()) {
      if (attempt.facts.leaseUntil <= at) await this.expire(attempt.id, at);
    }
    this.lastRoundAt = at;
  }

  private async expire(attemptId: string, at: Date): Promise<void> {
    const { leaseMs, policy } = this.settings;
    await this.jobs.changeByAttempt(attemptId, (standing) => {
      const { attempt } = standing;
      // It spoke up in the meantime.
      if (attempt === null || attempt.id !== attemptId || attempt.facts.leaseUntil > at) return {};
      const message =
        attempt.state === 'starting' ? 'The runner did not come up in time.' : `The runner gave no sign of life for ${Math.round(leaseMs / 1_000)} s.`;
      return endAttempt(standing, { state: 'lost', fault: { code: 'RUNNER_LOST', message }, isRetryable: true }, policy, at);
    });
  }
}
