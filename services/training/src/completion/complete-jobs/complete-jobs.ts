import { type DomainError, asDomainError } from '@conch/errors';
import { isFinal } from '../../final-refusal.js';
import type { Job } from '../../jobs/job.entity.js';
import type { JobRepository } from '../../jobs/job.repository.js';
import { failed, nounOf, told, warned } from '../../jobs/job-event.js';
import type { ResultShelf } from '../result-shelf.js';

/** The pauses between tries: a service that is away comes back within seconds, as a rule. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Brings trained jobs to their end: registers the model, keeps the result file, and only then says that the job succeeded. Every
 * step is noted when it is done and may be repeated, so it does not matter where this process, or another, dies in between.
 */
export class CompleteJobs {
  constructor(
    private readonly jobs: JobRepository,
    private readonly shelf: ResultShelf,
    private readonly now: () => Date,
  ) {}

  /** One round over the jobs that are due. */
  async execute(): Promise<void> {
    for (const job of await this.jobs.listOpen()) {
      const { dueAt } = job.facts;
      if (job.isCompleting && (dueAt === null || dueAt <= this.now())) await this.complete(job);
    }
  }

  private async complete(job: Job): Promise<void> {
    try {
      await this.takeSteps(job);
    } catch (thrown) {
      const error = asDomainError(thrown);
      if (isFinal(error.kind)) await this.fail(job, error);
      else await this.postpone(job, error);
    }
  }

  private async takeSteps({ id, facts }: Job): Promise<void> {
    const { outcome } = facts;
    if (outcome === null) return;
    const registered = await this.noteStep(id, async (job) => (job.facts.versionId === null ? { versionId: await this.shelf.register(job, outcome) } : {}));
    if (registered === null) return;
    const { metricsCsv } = outcome;
    const kept = await this.noteStep(id, async (job) =>
      metricsCsv === null || job.facts.plan.kind === 'import' || job.facts.resultFiles.length > 0
        ? {}
        : { resultFiles: [await this.shelf.keepMetrics(job, metricsCsv)] },
    );
    if (kept === null) return;
    await this.jobs.change(id, ({ job }) => {
      if (!job.isCompleting) return {};
      const made = job.facts.plan.kind === 'import' ? `Model imported: ${job.facts.resultModel}` : `New fine-tuned model created: ${job.facts.resultModel}`;
      const events = [told(made, { model: job.facts.resultModel, model_version: job.facts.versionId ?? '' }), told('The job has successfully completed')];
      return { job: job.to('succeeded', this.now()), events };
    });
  }

  /** Does a step outside of the database, then notes it; null when the job is not to be completed any more. */
  private async noteStep(id: string, step: (job: Job) => Promise<{ versionId?: string; resultFiles?: readonly string[] }>): Promise<Job | null> {
    const standing = await this.jobs.change(id, () => ({}));
    if (standing === null || !standing.isCompleting) return null;
    const done = await step(standing);
    // A step that was done long ago says nothing about the one that fails now.
    if (Object.keys(done).length === 0) return standing;
    return this.jobs.change(id, ({ job }) => (job.isCompleting ? { job: job.with({ ...done, failures: 0 }) } : {}));
  }

  private async postpone(candidate: Job, error: DomainError): Promise<void> {
    await this.jobs.change(candidate.id, ({ job }) => {
      if (!job.isCompleting) return {};
      const failures = job.facts.failures + 1;
      const dueAt = new Date(this.now().getTime() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1)));
      // Told once, and not with every try.
      const events =
        failures === 1 ? [warned(`The result cannot be registered yet: ${error.message} It is tried again until it is.`, { code: error.code })] : [];
      return { job: job.with({ failures, dueAt }), events };
    });
  }

  private async fail(candidate: Job, error: DomainError): Promise<void> {
    await this.jobs.change(candidate.id, ({ job }) => {
      if (!job.isCompleting) return {};
      const message = `The ${nounOf(job.facts.plan)} job failed (${error.code}): its result was refused. ${error.message}`;
      return {
        job: job.fail({ code: error.code, message: `The result was refused: ${error.message}` }, this.now()),
        events: [failed(message, { code: error.code })],
      };
    });
  }
}
