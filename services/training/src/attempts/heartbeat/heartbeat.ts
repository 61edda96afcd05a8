import type { JobRepository } from '../../jobs/job.repository.js';
import { LeaseLost } from '../attempt.errors.js';

/** A runner's sign of life: renews its lease, and tells it when its job was cancelled. */
export class Heartbeat {
  constructor(
    private readonly jobs: JobRepository,
    private readonly leaseMs: number,
    private readonly now: () => Date,
  ) {}

  async execute(attemptId: string, epoch: number): Promise<{ readonly isCancelRequested: boolean }> {
    let isCancelRequested = false;
    const job = await this.jobs.changeByAttempt(attemptId, ({ attempt }) => {
      if (attempt === null || attempt.id !== attemptId || attempt.facts.epoch !== epoch) throw new LeaseLost(attemptId, epoch);
      isCancelRequested = attempt.state === 'cancelled';
      if (isCancelRequested) return {};
      attempt.checkLease(epoch);
      return { attempt: attempt.with({ leaseUntil: new Date(this.now().getTime() + this.leaseMs) }) };
    });
    if (job === null) throw new LeaseLost(attemptId, epoch);
    return { isCancelRequested };
  }
}
