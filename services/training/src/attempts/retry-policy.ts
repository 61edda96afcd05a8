import type { Job, JobFault } from '../jobs/job.entity.js';
import type { Change, Standing } from '../jobs/job.repository.js';
import { failed, nounOf, warned } from '../jobs/job-event.js';

/** How often and how soon a job is tried again. */
export interface RetryPolicy {
  /** So many attempts may end badly one after the other without a new step or checkpoint; any of those begins the count anew. */
  readonly maxAttempts: number;
  /** The pause after the first bad end; it doubles with each further one. */
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
  const failures = job.facts.failures + 1;
  if (isRetryable && failures < policy.maxAttempts) {
    const pauseMs = policy.firstPauseMs * 2 ** (failures - 1);
    const message = `Attempt ${attempt.facts.epoch} ended: ${fault.message} A new attempt starts in ${Math.max(1, Math.round(pauseMs / 1_000))} s (${failures} of ${policy.maxAttempts} ended since the last progress).`;
    return { job: waiting(job, new Date(now.getTime() + pauseMs)).with({ failures }), attempt: ended, events: [warned(message, data)] };
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
