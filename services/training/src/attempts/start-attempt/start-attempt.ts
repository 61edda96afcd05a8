import type { FineTuningPlan, Job, JsonObject } from '../../jobs/job.entity.js';
import type { JobHistoryRepository } from '../../jobs/job-history.repository.js';
import type { JobRepository } from '../../jobs/job.repository.js';
import type { Attempt } from '../attempt.entity.js';
import { LeaseLost } from '../attempt.errors.js';

/** What a runner is to do. */
export interface AttemptOrder {
  readonly job: Job;
  readonly attempt: Attempt;
  /** LLaMA-Factory's arguments; null for an import. */
  readonly arguments: JsonObject | null;
  /** A checkpoint folder on this machine to continue from; empty to start anew. */
  readonly resumeFrom: string;
}

/** What the use case is told of its surroundings. */
export interface StartSettings {
  readonly leaseMs: number;
  /** Whether a checkpoint folder is there and whole. */
  readonly isCheckpoint: (path: string) => Promise<boolean>;
  readonly now: () => Date;
}

/** A runner is up and takes its attempt: from here on it holds the lease. Asked again, it gets the same answer. */
export class StartAttempt {
  constructor(
    private readonly jobs: JobRepository,
    private readonly history: JobHistoryRepository,
    private readonly settings: StartSettings,
  ) {}

  async execute(attemptId: string, epoch: number): Promise<AttemptOrder> {
    const { leaseMs, now } = this.settings;
    let started: Attempt | null = null;
    const job = await this.jobs.changeByAttempt(attemptId, ({ attempt }) => {
      if (attempt === null || attempt.id !== attemptId) throw new LeaseLost(attemptId, epoch);
      attempt.checkLease(epoch);
      const at = now();
      started = (attempt.state === 'running' ? attempt : attempt.to('running', at)).with({ leaseUntil: new Date(at.getTime() + leaseMs) });
      return { attempt: started };
    });
    if (job === null || started === null) throw new LeaseLost(attemptId, epoch);
    const { plan } = job.facts;
    return {
      job,
      attempt: started,
      arguments: plan.kind === 'import' ? null : argumentsOf(plan, job.facts.seed),
      resumeFrom: plan.kind === 'import' ? '' : await this.checkpointOf(job.id),
    };
  }

  private async checkpointOf(jobId: string): Promise<string> {
    for (const { path } of await this.history.checkpointsOf(jobId)) {
      if (path !== '' && (await this.settings.isCheckpoint(path))) return path;
    }
    return '';
  }
}

function argumentsOf(plan: FineTuningPlan, seed: number): JsonObject {
  return { ...plan.arguments, seed, data_seed: seed };
}
