import type { Change, Standing } from '../jobs/job.repository.js';
import { nounOf, told } from '../jobs/job-event.js';
import { Attempt } from './attempt.entity.js';

/** What a new attempt is given. */
export interface NewAttempt {
  readonly id: string;
  /** Until when its runner must have spoken up. */
  readonly leaseUntil: Date;
  readonly now: Date;
}

/** The first or a further attempt of a job. */
export function beginAttempt({ job, attempt }: Standing, { id, leaseUntil, now }: NewAttempt): Change {
  // Somebody else began it, or the job is over meanwhile.
  if (attempt?.isLive === true || job.isFinal || job.isCompleting) return {};
  const epoch = job.facts.attempts + 1;
  const running = job.state === 'running' ? job : job.to('running', now);
  const begun = new Attempt({
    id,
    projectId: job.facts.projectId,
    jobId: job.id,
    epoch,
    state: 'starting',
    leaseUntil,
    lastReport: 0,
    firstStep: null,
    firstStepAt: null,
    fault: null,
    createdAt: now,
    finishedAt: null,
  });
  const noun = nounOf(job.facts.plan);
  const message = epoch === 1 ? `${noun[0]?.toUpperCase()}${noun.slice(1)} job started` : `Attempt ${epoch} started`;
  return {
    job: running.with({ attempts: epoch, attemptId: id, dueAt: null, progress: { ...job.facts.progress, phase: 'start', estimatedFinish: null } }),
    attempt: begun,
    events: [told(message, { attempt: epoch })],
  };
}
