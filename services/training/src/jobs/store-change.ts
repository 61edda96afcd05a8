import type { Outbox } from '@conch/events';
import { jsonb, newId } from '@conch/storage';
import { type Selectable, sql, type Transaction } from 'kysely';
import { JOBS_CHANNEL, type JobsTable, JOB_STATES_CHANNEL, type TrainingDatabase } from '../database.js';
import type { Job } from './job.entity.js';
import type { Change, Standing } from './job.repository.js';
import { attemptFrom, attemptRow, changingColumns, inOrder, jobFrom } from './job-rows.js';

type Tx = Transaction<TrainingDatabase>;

/** A locked job's row with what belongs to it. */
export async function standingOf(tx: Tx, row: Selectable<JobsTable>): Promise<Standing> {
  const attempt = row.attempt_id === null ? undefined : await tx.selectFrom('attempts').selectAll().where('id', '=', row.attempt_id).executeTakeFirst();
  const checkpoints = await tx.selectFrom('checkpoints').select('step').where('job_id', '=', row.id).execute();
  return { job: jobFrom(row), attempt: attempt === undefined ? null : attemptFrom(attempt), checkpointSteps: checkpoints.map(({ step }) => step) };
}

/** Stores what was decided of a locked job; answers the job as it then stands. */
export async function storeChange(tx: Tx, outbox: Outbox<TrainingDatabase>, before: Standing, change: Change): Promise<Job> {
  const { job = before.job, attempt, events = [], checkpoints = [] } = change;
  if (change.job === undefined && attempt === undefined && events.length === 0 && checkpoints.length === 0) return before.job;
  const lastSequence = before.job.facts.lastSequence + events.length;
  if (attempt !== undefined) {
    const { id: _id, ...changing } = attemptRow(attempt);
    await tx
      .insertInto('attempts')
      .values(attemptRow(attempt))
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
      .execute();
  }
  await tx.updateTable('jobs').set(changingColumns(job, lastSequence)).where('id', '=', job.id).execute();
  await storeEvents(tx, job, before.job.facts.lastSequence, events);
  for (const { id, step, createdAt, artifact, path } of checkpoints) {
    const found = { artifact: artifact === null ? null : jsonb(artifact), path };
    await tx
      .insertInto('checkpoints')
      .values({ id, project_id: job.facts.projectId, job_id: job.id, step, created_at: createdAt, ...found })
      // A later attempt came to the same step; the newer folder is the one that is there.
      .onConflict((conflict) => conflict.columns(['job_id', 'step']).doUpdateSet(found))
      .execute();
  }
  const stored = job.with({ lastSequence });
  // Each attempt is a start of its own, told with its epoch.
  const isStart = stored.state === 'running' && stored.facts.attemptId !== before.job.facts.attemptId;
  if (stored.state !== before.job.state || isStart) await announce(tx, outbox, stored);
  const isTurn = stored.state !== before.job.state || stored.isCompleting !== before.job.isCompleting || attempt?.isLive !== before.attempt?.isLive;
  await tellChange(tx, job.id, isTurn);
  return stored;
}

/** Numbers and stores events; the first gets the number after `lastSequence`. */
export async function storeEvents(tx: Tx, job: Job, lastSequence: number, events: NonNullable<Change['events']>): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ level, message, type, data }, index) => ({
    id: newId('ft-event-'),
    project_id: job.facts.projectId,
    job_id: job.id,
    sequence: lastSequence + index + 1,
    created_at: sql<Date>`clock_timestamp()`,
    level,
    message,
    type,
    data: inOrder(data),
  }));
  await tx.insertInto('job_events').values(rows).execute();
}

/** Wakes those who follow the job and, at a turn of it, those who carry it on. */
export async function tellChange(tx: Tx, jobId: string, isTurn: boolean): Promise<void> {
  await sql`select pg_notify(${JOBS_CHANNEL}, ${jobId})`.execute(tx);
  if (isTurn) await sql`select pg_notify(${JOB_STATES_CHANNEL}, ${jobId})`.execute(tx);
}

async function announce(tx: Tx, outbox: Outbox<TrainingDatabase>, job: Job): Promise<void> {
  const { id: jobId, projectId, fault, attemptId, attempts: epoch, resultModel, versionId } = job.facts;
  const meta = { projectId, ...(epoch === 0 ? {} : { epoch }) };
  switch (job.state) {
    case 'validating_files':
      return;
    case 'queued':
      return outbox.add(tx, 'conch.events.training.job.queued', { jobId }, meta);
    case 'running':
      return outbox.add(tx, 'conch.events.training.job.started', { jobId, attemptId: attemptId ?? '', epoch }, meta);
    case 'succeeded':
      return outbox.add(tx, 'conch.events.training.job.succeeded', { jobId, model: resultModel, modelVersionId: versionId ?? '' }, meta);
    case 'failed':
      return outbox.add(tx, 'conch.events.training.job.failed', { jobId, code: fault?.code ?? '', message: fault?.message ?? '' }, meta);
    case 'cancelled':
      return outbox.add(tx, 'conch.events.training.job.cancelled', { jobId }, meta);
  }
}
