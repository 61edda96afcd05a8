import type { Job } from '../jobs/job.entity.js';
import { nounOf } from '../jobs/job-event.js';

/** A queued job's place, and why it waits. */
export interface Waiting {
  /** Jobs ahead of it, running ones included. */
  readonly position: number;
  readonly reason: string;
}

const NAMED = 3;

/** Places and reasons of queued jobs, told to a project; what belongs to other projects is counted but not named. `open` is in queue order. */
export function waitingOf(job: Job, open: readonly Job[]): Waiting {
  if (job.state !== 'queued') return { position: 0, reason: '' };
  const running = open.filter((one) => one.holdsPlace);
  const queued = open.filter((one) => one.state === 'queued');
  const at = queued.findIndex((one) => one.id === job.id);
  const ahead = [...running, ...queued.slice(0, Math.max(0, at))];
  if (ahead.length === 0) return { position: 0, reason: 'It is next and starts in a moment.' };
  const named = ahead.slice(0, NAMED).map((one) => inWords(one, job.facts.projectId));
  const more = ahead.length > NAMED ? `, and ${ahead.length - NAMED} more` : '';
  const count = ahead.length === 1 ? '1 job is ahead of it' : `${ahead.length} jobs are ahead of it`;
  return { position: ahead.length, reason: `${count}: ${named.join(', ')}${more}` };
}

function inWords(job: Job, projectId: string): string {
  const name =
    job.facts.projectId === projectId
      ? job.id
      : job.facts.plan.kind === 'import'
        ? `the import of ${job.facts.model}`
        : `another project's ${nounOf(job.facts.plan)} job`;
  if (job.state === 'queued') return `${name} is queued`;
  const { phase, step, totalSteps } = job.facts.progress;
  const details = [phase, ...(phase === 'train' && totalSteps > 0 ? [`step ${step} of ${totalSteps}`] : [])].filter((one) => one !== '');
  return `${name} is running${details.length === 0 ? '' : ` (${details.join(', ')})`}`;
}
