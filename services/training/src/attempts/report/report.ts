import type { StoredCheckpoint } from '../../jobs/checkpoint.entity.js';
import type { JobRepository } from '../../jobs/job.repository.js';
import { LeaseLost } from '../attempt.errors.js';
import type { AttemptReport } from './attempt-report.js';
import { ReportLedger } from './report-ledger.js';

/** Takes a runner's reports, each once: those that were taken before are passed over, and none may be left out. */
export class Report {
  constructor(
    private readonly jobs: JobRepository,
    private readonly leaseMs: number,
    private readonly newCheckpointId: () => string,
    private readonly now: () => Date,
  ) {}

  /** Answers the highest number that is stored. */
  async execute(attemptId: string, epoch: number, reports: readonly AttemptReport[]): Promise<number> {
    let stored = 0;
    const job = await this.jobs.changeByAttempt(attemptId, (standing) => {
      const { attempt } = standing;
      if (attempt === null || attempt.id !== attemptId) throw new LeaseLost(attemptId, epoch);
      attempt.checkLease(epoch);
      const ledger = new ReportLedger(standing.job, attempt, new Set(standing.checkpointSteps));
      for (const report of reports) ledger.take(report);
      stored = ledger.attempt.facts.lastReport;
      const checkpoints: StoredCheckpoint[] = ledger.checkpoints.map((one) => ({ ...one, id: this.newCheckpointId(), jobId: standing.job.id }));
      // Whoever reports is alive.
      const leaseUntil = new Date(this.now().getTime() + this.leaseMs);
      return { job: ledger.job, attempt: ledger.attempt.with({ leaseUntil }), events: ledger.events, checkpoints };
    });
    if (job === null) throw new LeaseLost(attemptId, epoch);
    return stored;
  }
}
