import type { Job } from '../job.entity.js';
import { JobIsCompleting, JobIsFinal, JobNotFound } from '../job.errors.js';
import type { JobRepository } from '../job.repository.js';
import { nounOf, told } from '../job-event.js';

/** Ends a job that is not over. What runs of it is told so by its next heartbeat, and ended by the launcher. */
export class CancelJob {
  constructor(
    private readonly jobs: JobRepository,
    private readonly now: () => Date,
  ) {}

  async execute(projectId: string, id: string): Promise<Job> {
    if ((await this.jobs.find(projectId, id)) === null) throw new JobNotFound(id);
    const cancelled = await this.jobs.change(id, ({ job, attempt }) => {
      if (job.isFinal) throw new JobIsFinal(id, job.state);
      if (job.isCompleting) throw new JobIsCompleting(id, job.facts.resultModel);
      const at = this.now();
      return {
        job: job.to('cancelled', at),
        ...(attempt?.isLive === true ? { attempt: attempt.to('cancelled', at) } : {}),
        events: [told(`The ${nounOf(job.facts.plan)} job was cancelled`)],
      };
    });
    if (cancelled === null) throw new JobNotFound(id);
    return cancelled;
  }
}
