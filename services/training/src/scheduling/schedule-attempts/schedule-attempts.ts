import { asDomainError } from '@conch/errors';
import type { Attempt } from '../../attempts/attempt.entity.js';
import type { AttemptRepository } from '../../attempts/attempt.repository.js';
import { beginAttempt } from '../../attempts/begin-attempt.js';
import { endAttempt, type RetryPolicy } from '../../attempts/retry-policy.js';
import type { Job } from '../../jobs/job.entity.js';
import type { Change, JobRepository, Standing } from '../../jobs/job.repository.js';
import type { Launcher } from '../../launchers/launcher.js';

/** What the use case is told of its surroundings. */
export interface ScheduleSettings {
  /** How many attempts run at a time. */
  readonly places: number;
  /** How long a runner may take to come up. */
  readonly startMs: number;
  readonly policy: RetryPolicy;
  readonly newAttemptId: () => string;
  readonly now: () => Date;
  /** Whether no processes of ended attempts are on their way out, with the machine's memory still in their hands. */
  readonly isQuiet: () => boolean;
}

/** Begins attempts: of jobs that run already and are due for another, then of those that wait, in the order in which they came. */
export class ScheduleAttempts {
  constructor(
    private readonly jobs: JobRepository,
    private readonly attempts: AttemptRepository,
    private readonly launcher: Launcher,
    private readonly settings: ScheduleSettings,
  ) {}

  /** One round. */
  async execute(): Promise<void> {
    if (!this.settings.isQuiet()) return;
    for (const job of await this.jobs.listOpen()) {
      if (this.isDue(job) && (await this.isClear(job))) await this.begin((decide) => this.jobs.change(job.id, decide));
    }
    for (;;) {
      const begun = await this.begin((decide) => this.jobs.startNext(this.settings.places, decide));
      if (!begun) return;
    }
  }

  private isDue(job: Job): boolean {
    return job.holdsPlace && job.facts.dueAt !== null && job.facts.dueAt <= this.settings.now();
  }

  /** Something of the attempt before may be left that was not noticed yet. */
  private async isClear({ facts }: Job): Promise<boolean> {
    return facts.attemptId === null || !(await this.launcher.look()).has(facts.attemptId);
  }

  private async begin(change: (decide: (standing: Standing) => Change) => Promise<Job | null>): Promise<boolean> {
    const { newAttemptId, startMs, now } = this.settings;
    const id = newAttemptId();
    const at = now();
    const job = await change((standing) => beginAttempt(standing, { id, now: at, leaseUntil: new Date(at.getTime() + startMs) }));
    if (job === null || job.facts.attemptId !== id) return false;
    const [attempt] = await this.attempts.find([id]);
    if (attempt !== undefined) await this.launch(attempt);
    return true;
  }

  private async launch(attempt: Attempt): Promise<void> {
    try {
      await this.launcher.launch(attempt);
    } catch (thrown) {
      const { code, message } = asDomainError(thrown);
      const fault = code === 'INTERNAL' ? { code: 'LAUNCH_FAILED', message: `The runner could not be started: ${String(thrown)}.` } : { code, message };
      await this.jobs.changeByAttempt(attempt.id, (standing) =>
        standing.attempt?.id === attempt.id
          ? endAttempt(standing, { state: 'failed', fault, isRetryable: true }, this.settings.policy, this.settings.now())
          : {},
      );
    }
  }
}
