import type { Database } from '@conch/storage';
import { JOBS_CHANNEL, type TrainingDatabase } from '../database.js';
import { JobFeed } from './job-feed.js';

/** The feed from Postgres's notifications: one connection, however many jobs are watched. */
export class PostgresJobFeed extends JobFeed {
  private readonly watchers = new Map<string, Set<() => void>>();
  private unlisten: (() => Promise<void>) | null = null;

  constructor(private readonly database: Database<TrainingDatabase>) {
    super();
  }

  async start(): Promise<void> {
    this.unlisten = await this.database.listen(JOBS_CHANNEL, (jobId) => this.tell(jobId));
  }

  async stop(): Promise<void> {
    await this.unlisten?.();
  }

  override watch(jobId: string, onChange: () => void): () => void {
    const watchers = this.watchers.get(jobId) ?? new Set<() => void>();
    watchers.add(onChange);
    this.watchers.set(jobId, watchers);
    return () => {
      watchers.delete(onChange);
      if (watchers.size === 0 && this.watchers.get(jobId) === watchers) this.watchers.delete(jobId);
    };
  }

  /** An empty payload means that notifications may have been missed, so everybody looks. */
  private tell(jobId: string): void {
    const concerned = jobId === '' ? [...this.watchers.values()] : [this.watchers.get(jobId) ?? []];
    for (const watchers of concerned) for (const onChange of watchers) onChange();
  }
}
