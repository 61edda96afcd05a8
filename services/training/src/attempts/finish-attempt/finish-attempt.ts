import type { Outcome } from '../../jobs/job.entity.js';
import type { Change, JobRepository, Standing } from '../../jobs/job.repository.js';
import { LeaseLost } from '../attempt.errors.js';
import { endAttempt, type RetryPolicy } from '../retry-policy.js';

/** How a runner says that its attempt ended. */
export type AttemptEnd =
  | { readonly state: 'succeeded'; readonly outcome: Outcome }
  | { readonly state: 'failed'; readonly code: string; readonly message: string; readonly isRetryable: boolean }
  | { readonly state: 'cancelled' };

/** An attempt is over: its results are noted for registration, or the job is tried again, or it fails. */
export class FinishAttempt {
  constructor(
    private readonly jobs: JobRepository,
    private readonly policy: RetryPolicy,
    private readonly now: () => Date,
  ) {}

  async execute(attemptId: string, epoch: number, end: AttemptEnd): Promise<void> {
    const job = await this.jobs.changeByAttempt(attemptId, (standing) => {
      const { attempt } = standing;
      if (attempt === null || attempt.id !== attemptId || attempt.facts.epoch !== epoch) throw new LeaseLost(attemptId, epoch);
      // The answer to the first try was lost on its way; a cancelled attempt may end as it likes.
      if (attempt.state === end.state || attempt.state === 'cancelled') return {};
      attempt.checkLease(epoch);
      return this.decide(standing, end, this.now());
    });
    if (job === null) throw new LeaseLost(attemptId, epoch);
  }

  private decide(standing: Standing, end: AttemptEnd, now: Date): Change {
    const { job, attempt } = standing;
    switch (end.state) {
      case 'succeeded':
        return {
          job: job.with({ outcome: end.outcome, dueAt: now, failures: 0, progress: { ...job.facts.progress, phase: 'register', estimatedFinish: null } }),
          ...(attempt === null ? {} : { attempt: attempt.to('succeeded', now) }),
        };
      case 'failed':
        return endAttempt(
          standing,
          { state: 'failed', fault: { code: end.code, message: sentence(end.message) }, isRetryable: end.isRetryable },
          this.policy,
          now,
        );
      case 'cancelled':
        return endAttempt(standing, { state: 'lost', fault: STOPPED, isRetryable: true }, this.policy, now);
    }
  }
}

/** Nobody here asked for it: somebody on the machine stopped the runner. */
const STOPPED = { code: 'RUNNER_STOPPED', message: 'The runner was stopped from outside.' } as const;

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed === '' ? 'No reason was given' : trimmed}.`;
}
