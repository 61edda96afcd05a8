import type { Job, JobFault } from '../jobs/job.entity.js';
import type { Change, Standing } from '../jobs/job.repository.js';
import { failed, nounOf, warned } from '../jobs/job-event.js';

/** How often and how soon a job is tried again. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  /** The pause before the second attempt; it doubles with each further one. */
  readonly firstPauseMs: number;
}

/** How an attempt ended, other than well. */
export interface Ending {
  readonly state: 'failed' | 'lost';
  readonly fault: JobFault;
  /** Whether another attempt could end otherwise. */
  readonly isRetryable: boolean;
}

/** What becomes of a job whose attempt ended badly: another attempt after a pause, or its failure. */
export function endAttempt({ job, attempt }: Standing, ending: Ending, policy: RetryPolicy, now: Date): Change {
  if (attempt === null || !attempt.isLive) return {};
  const { fault, isRetryable } = ending;
  const ended = attempt.to(ending.state, now, fault);
  const data = { code: fault.code, attempt: attempt.facts.epoch };
  if (isRetryable && attempt.facts.epoch < policy.maxAttempts) {
    const pauseMs = policy.firstPauseMs * 2 ** (attempt.facts.epoch - 1);
    const message = `Attempt ${attempt.facts.epoch} of ${policy.maxAttempts} ended: ${fault.message} A new attempt starts in ${Math.max(1, Math.round(pauseMs / 1_000))} s.`;
    return { job: waiting(job, new Date(now.getTime() + pauseMs)), attempt: ended, events: [warned(message, data)] };
  }
  const attempts = attempt.facts.epoch > 1 ? ` after ${attempt.facts.epoch} attempts` : '';
  return {
    job: job.fail(fault, now),
    attempt: ended,
    events: [failed(`The ${nounOf(job.facts.plan)} job failed${attempts} (${fault.code}): ${fault.message}`, data)],
  };
}

function waiting(job: Job, dueAt: Date): Job {
  return job.with({ dueAt, progress: { ...job.facts.progress, phase: 'waiting', estimatedFinish: null } });
}
