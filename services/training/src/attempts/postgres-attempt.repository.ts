import type { Database } from '@conch/storage';
import type { TrainingDatabase } from '../database.js';
import { FINAL_STATES } from '../jobs/job.entity.js';
import { attemptFrom } from '../jobs/job-rows.js';
import type { Attempt } from './attempt.entity.js';
import { AttemptRepository } from './attempt.repository.js';

const LIVE = ['starting', 'running'];

/** Attempts in Postgres. */
export class PostgresAttemptRepository extends AttemptRepository {
  constructor(private readonly database: Database<TrainingDatabase>) {
    super();
  }

  override async find(ids: readonly string[]): Promise<readonly Attempt[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.asSystem((tx) => tx.selectFrom('attempts').selectAll().where('id', 'in', ids).execute());
    return rows.map(attemptFrom);
  }

  override async listLive(): Promise<readonly Attempt[]> {
    const rows = await this.database.asSystem((tx) => tx.selectFrom('attempts').selectAll().where('state', 'in', LIVE).orderBy('created_at').execute());
    return rows.map(attemptFrom);
  }

  override async renewLeases(until: Date): Promise<void> {
    await this.database.asSystem((tx) =>
      tx.updateTable('attempts').set({ lease_until: until }).where('state', 'in', LIVE).where('lease_until', '<', until).execute(),
    );
  }

  override async listOver(ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.asSystem((tx) =>
      tx
        .selectFrom('attempts')
        .innerJoin('jobs', 'jobs.id', 'attempts.job_id')
        .select('attempts.id')
        .where('attempts.id', 'in', ids)
        .where('jobs.state', 'in', FINAL_STATES)
        .execute(),
    );
    return rows.map(({ id }) => id);
  }
}
