import { AttemptRepository } from '../attempts/attempt.repository.js';
import type { Attempt } from '../attempts/attempt.entity.js';
import type { Job } from './job.entity.js';
import { type Change, JobRepository, type Standing } from './job.repository.js';
import type { NewJobEvent } from './job-event.js';

/** Jobs in memory, with what Postgres would have kept beside them. */
export class JobsInMemory extends JobRepository {
  readonly jobs = new Map<string, Job>();
  readonly attempts = new Map<string, Attempt>();
  readonly events: (NewJobEvent & { readonly jobId: string })[] = [];

  put(...jobs: readonly Job[]): this {
    for (const job of jobs) this.jobs.set(job.id, job);
    return this;
  }

  /** What the job's events say, in order. */
  told(jobId = 'ftjob-1'): string[] {
    return this.events.filter((event) => event.jobId === jobId).map((event) => event.message);
  }

  the(jobId = 'ftjob-1'): Job {
    const job = this.jobs.get(jobId);
    if (job === undefined) throw new Error(`there is no job ${jobId}`);
    return job;
  }

  override async add(job: Job, events: readonly NewJobEvent[]): Promise<Job> {
    const standing = await this.findByKey(job.facts.projectId, job.facts.idempotencyKey ?? '');
    if (standing !== null) return standing;
    this.store(job.id, { job, events });
    return this.the(job.id);
  }

  override async find(projectId: string, id: string): Promise<Job | null> {
    const job = this.jobs.get(id);
    return job === undefined || (projectId !== '*' && job.facts.projectId !== projectId) ? null : job;
  }

  override async findByKey(projectId: string, key: string): Promise<Job | null> {
    return [...this.jobs.values()].find(({ facts }) => facts.projectId === projectId && facts.idempotencyKey !== null && facts.idempotencyKey === key) ?? null;
  }

  override async list(projectId: string): Promise<{ jobs: readonly Job[]; hasMore: boolean }> {
    return { jobs: [...this.jobs.values()].filter(({ facts }) => facts.projectId === projectId), hasMore: false };
  }

  override async listOpen(): Promise<readonly Job[]> {
    return [...this.jobs.values()]
      .filter((job) => !job.isFinal)
      .sort((one, other) => (one.facts.queuedAt?.getTime() ?? 0) - (other.facts.queuedAt?.getTime() ?? 0));
  }

  override async change(jobId: string, decide: (standing: Standing) => Change): Promise<Job | null> {
    const job = this.jobs.get(jobId);
    if (job === undefined) return null;
    this.store(jobId, decide({ job, attempt: this.attempts.get(job.facts.attemptId ?? '') ?? null, checkpointSteps: [] }));
    return this.the(jobId);
  }

  override async changeByAttempt(attemptId: string, decide: (standing: Standing) => Change): Promise<Job | null> {
    const attempt = this.attempts.get(attemptId);
    return attempt === undefined ? null : this.change(attempt.facts.jobId, decide);
  }

  override async startNext(places: number, decide: (standing: Standing) => Change): Promise<Job | null> {
    const open = await this.listOpen();
    const next = open.find((job) => job.state === 'queued');
    return next === undefined || open.filter((job) => job.holdsPlace).length >= places ? null : this.change(next.id, decide);
  }

  private store(jobId: string, { job, attempt, events = [] }: Change): void {
    if (job !== undefined) this.jobs.set(jobId, job);
    if (attempt !== undefined) this.attempts.set(attempt.id, attempt);
    this.events.push(...events.map((event) => ({ ...event, jobId })));
  }
}

/** The attempts of jobs in memory. */
export class AttemptsInMemory extends AttemptRepository {
  constructor(private readonly jobs: JobsInMemory) {
    super();
  }

  override async find(ids: readonly string[]): Promise<readonly Attempt[]> {
    return [...this.jobs.attempts.values()].filter((attempt) => ids.includes(attempt.id));
  }

  override async listLive(): Promise<readonly Attempt[]> {
    return [...this.jobs.attempts.values()].filter((attempt) => attempt.isLive);
  }

  override async renewLeases(until: Date): Promise<void> {
    for (const attempt of await this.listLive()) if (attempt.facts.leaseUntil < until) this.jobs.attempts.set(attempt.id, attempt.with({ leaseUntil: until }));
  }

  override async listOver(ids: readonly string[]): Promise<readonly string[]> {
    return (await this.find(ids)).filter(({ facts }) => this.jobs.the(facts.jobId).isFinal).map((attempt) => attempt.id);
  }
}
