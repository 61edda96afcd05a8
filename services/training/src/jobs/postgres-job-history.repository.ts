import { Refusal } from '@conch/errors';
import { type Database, pageBy, SYSTEM_PROJECT } from '@conch/storage';
import { sql, type Transaction } from 'kysely';
import type { TrainingDatabase } from '../database.js';
import type { Checkpoint, StoredCheckpoint } from './checkpoint.entity.js';
import type { JsonObject } from './job.entity.js';
import type { ListQuery } from './job.repository.js';
import type { JobEvent } from './job-event.js';
import { JobHistoryRepository } from './job-history.repository.js';
import { checkpointFrom, eventFrom } from './job-rows.js';

type Tx = Transaction<TrainingDatabase>;

const EVENTS_A_PAGE = { default: 20, max: 1_000 } as const;
const CHECKPOINTS_A_PAGE = { default: 10, max: 100 } as const;

/** A job's events and checkpoints in Postgres. */
export class PostgresJobHistoryRepository extends JobHistoryRepository {
  constructor(private readonly database: Database<TrainingDatabase>) {
    super();
  }

  /** Paged by number, because events of one moment have an order too. */
  override async listEvents(projectId: string, jobId: string, query: ListQuery): Promise<{ events: readonly JobEvent[]; hasMore: boolean }> {
    const limit = Math.min(query.limit <= 0 ? EVENTS_A_PAGE.default : query.limit, EVENTS_A_PAGE.max);
    const rows = await this.within(projectId, async (tx) => {
      let events = tx.selectFrom('job_events').selectAll().where('job_id', '=', jobId);
      if (query.after !== '') events = events.where('sequence', query.ascending ? '>' : '<', await sequenceOf(tx, jobId, 'after', query.after));
      if (query.before !== '') events = events.where('sequence', query.ascending ? '<' : '>', await sequenceOf(tx, jobId, 'before', query.before));
      const isBackwards = query.before !== '' && query.after === '';
      const found = await events
        .orderBy('sequence', query.ascending === isBackwards ? 'desc' : 'asc')
        .limit(limit + 1)
        .execute();
      const kept = found.slice(0, limit);
      return { kept: isBackwards ? kept.reverse() : kept, hasMore: found.length > limit };
    });
    return { events: rows.kept.map(eventFrom), hasMore: rows.hasMore };
  }

  override async eventsAfter(projectId: string, jobId: string, sequence: number, limit: number): Promise<readonly JobEvent[]> {
    const rows = await this.within(projectId, (tx) =>
      tx.selectFrom('job_events').selectAll().where('job_id', '=', jobId).where('sequence', '>', sequence).orderBy('sequence').limit(limit).execute(),
    );
    return rows.map(eventFrom);
  }

  override async listCheckpoints(projectId: string, jobId: string, query: ListQuery): Promise<{ checkpoints: readonly Checkpoint[]; hasMore: boolean }> {
    return this.within(projectId, async (tx) => {
      const page = await pageBy(tx.selectFrom('checkpoints').selectAll().where('job_id', '=', jobId), query, {
        table: 'checkpoints',
        defaultLimit: CHECKPOINTS_A_PAGE.default,
        maxLimit: CHECKPOINTS_A_PAGE.max,
      });
      const metrics = await metricsAt(
        tx,
        jobId,
        page.rows.map(({ step }) => step),
      );
      const checkpoints = page.rows.map((row) => ({ ...checkpointFrom(row), metrics: { step: row.step, ...metrics.get(row.step) } }));
      return { checkpoints, hasMore: page.hasMore };
    });
  }

  override async checkpointsOf(jobId: string): Promise<readonly StoredCheckpoint[]> {
    const rows = await this.database.asSystem((tx) => tx.selectFrom('checkpoints').selectAll().where('job_id', '=', jobId).orderBy('step', 'desc').execute());
    return rows.map(checkpointFrom);
  }

  private within<T>(projectId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return projectId === SYSTEM_PROJECT ? this.database.asSystem(work) : this.database.inProject(projectId, work);
  }
}

/** What was told of steps: of each its training and, where it was measured, its validation. */
async function metricsAt(tx: Tx, jobId: string, steps: readonly number[]): Promise<ReadonlyMap<number, JsonObject>> {
  const found = new Map<number, JsonObject>();
  if (steps.length === 0) return found;
  const told = tx.selectFrom('job_events').select('data').where('job_id', '=', jobId).where('type', '=', 'metrics');
  const rows = await told
    .where(sql<boolean>`(data ->> 'step')::bigint = any(${sql.val(steps)}::bigint[])`)
    .orderBy('sequence')
    .execute();
  for (const { data } of rows) {
    const step = Number(data['step']);
    found.set(step, { ...found.get(step), ...data });
  }
  return found;
}

async function sequenceOf(tx: Tx, jobId: string, param: 'after' | 'before', id: string): Promise<number> {
  const row = await tx.selectFrom('job_events').select('sequence').where('job_id', '=', jobId).where('id', '=', id).executeTakeFirst();
  if (row !== undefined) return row.sequence;
  throw new Refusal('invalid', 'PAGE_CURSOR_UNKNOWN', `${param}: "${id.slice(0, 80)}" is not in this list; use the id of one of its events`, { param });
}
