import type { Outbox } from '@conch/events';
import { type Database, jsonb, pageBy, SYSTEM_PROJECT } from '@conch/storage';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { JobsTable, TrainingDatabase } from '../database.js';
import type { Job } from './job.entity.js';
import { type Change, type JobQuery, JobRepository, type Standing } from './job.repository.js';
import type { NewJobEvent } from './job-event.js';
import { changingColumns, fixedColumns, jobFrom } from './job-rows.js';
import { standingOf, storeChange, storeEvents, tellChange } from './store-change.js';

type Tx = Transaction<TrainingDatabase>;

/** Whoever starts jobs holds this lock, so that two processes never count the same free place. */
const START_LOCK = 7_266_283_412;

/** Jobs in Postgres. A job's row lock puts its changes in order; what others must know is announced in the same transaction. */
export class PostgresJobRepository extends JobRepository {
  constructor(
    private readonly database: Database<TrainingDatabase>,
    private readonly outbox: Outbox<TrainingDatabase>,
  ) {
    super();
  }

  override async add(job: Job, events: readonly NewJobEvent[]): Promise<Job> {
    return this.database.inProject(job.facts.projectId, async (tx) => {
      const added = await tx
        .insertInto('jobs')
        .values({ ...fixedColumns(job), ...changingColumns(job, events.length) })
        .onConflict((conflict) => conflict.columns(['project_id', 'idempotency_key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (added === undefined) return jobFrom(await byKey(tx, job.facts.projectId, job.facts.idempotencyKey ?? '').executeTakeFirstOrThrow());
      await storeEvents(tx, job, 0, events);
      await tellChange(tx, job.id, true);
      return jobFrom(added);
    });
  }

  override async find(projectId: string, id: string): Promise<Job | null> {
    const row = await this.within(projectId, (tx) => tx.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst());
    return row === undefined ? null : jobFrom(row);
  }

  override async findByKey(projectId: string, key: string): Promise<Job | null> {
    const row = await this.within(projectId, (tx) => byKey(tx, projectId, key).executeTakeFirst());
    return row === undefined ? null : jobFrom(row);
  }

  override async list(projectId: string, query: JobQuery): Promise<{ jobs: readonly Job[]; hasMore: boolean }> {
    const page = await this.within(projectId, (tx) => {
      let jobs = tx.selectFrom('jobs').selectAll();
      if (query.kind !== null) jobs = jobs.where('kind', '=', query.kind);
      if (Object.keys(query.metadata).length > 0) jobs = jobs.where(sql<boolean>`metadata @> ${jsonb(query.metadata)}`);
      return pageBy(jobs, query, { table: 'jobs' });
    });
    return { jobs: page.rows.map(jobFrom), hasMore: page.hasMore };
  }

  override async listOpen(): Promise<readonly Job[]> {
    const rows = await this.database.asSystem((tx) =>
      tx
        .selectFrom('jobs')
        .selectAll()
        .where('state', 'in', ['validating_files', 'queued', 'running'])
        .orderBy('queued_at', (order) => order.asc().nullsLast())
        .orderBy('id')
        .execute(),
    );
    return rows.map(jobFrom);
  }

  override async change(jobId: string, decide: (standing: Standing) => Change): Promise<Job | null> {
    return this.database.asSystem((tx) => this.decideOn(tx, tx.selectFrom('jobs').selectAll().where('id', '=', jobId).forUpdate(), decide));
  }

  override async changeByAttempt(attemptId: string, decide: (standing: Standing) => Change): Promise<Job | null> {
    return this.database.asSystem((tx) => {
      const jobId = tx.selectFrom('attempts').select('job_id').where('id', '=', attemptId);
      return this.decideOn(tx, tx.selectFrom('jobs').selectAll().where('id', '=', jobId).forUpdate(), decide);
    });
  }

  override async startNext(places: number, decide: (standing: Standing) => Change): Promise<Job | null> {
    return this.database.asSystem(async (tx) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(START_LOCK)})`.execute(tx);
      const { taken } = await tx
        .selectFrom('jobs')
        .select(({ fn }) => fn.countAll<number>().as('taken'))
        .where('state', '=', 'running')
        .where('outcome', 'is', null)
        .executeTakeFirstOrThrow();
      if (taken >= places) return null;
      const next = tx.selectFrom('jobs').selectAll().where('state', '=', 'queued').orderBy('queued_at').orderBy('id').limit(1).forUpdate();
      return this.decideOn(tx, next, decide);
    });
  }

  private async decideOn(
    tx: Tx,
    locked: { executeTakeFirst(): Promise<Selectable<JobsTable> | undefined> },
    decide: (standing: Standing) => Change,
  ): Promise<Job | null> {
    const row = await locked.executeTakeFirst();
    if (row === undefined) return null;
    const standing = await standingOf(tx, row);
    return storeChange(tx, this.outbox, standing, decide(standing));
  }

  /** Calls that serve no single project see every project's jobs. */
  private within<T>(projectId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return projectId === SYSTEM_PROJECT ? this.database.asSystem(work) : this.database.inProject(projectId, work);
  }
}

function byKey(tx: Tx, projectId: string, key: string) {
  return tx.selectFrom('jobs').selectAll().where('project_id', '=', projectId).where('idempotency_key', '=', key);
}
