import type { Outbox } from '@conch/events';
import { jsonb, newId, PUBLIC_PROJECT } from '@conch/storage';
import { type Selectable, sql, type Transaction } from 'kysely';
import type { ModelsTable, RegistryDatabase } from '../database.js';
import { digestOf, type ModelVersion } from './model.entity.js';
import { JobModelDeleted, ModelIsPublic } from './model.errors.js';
import type { NewVersion } from './model.repository.js';
import { versionFrom } from './model-rows.js';

type Tx = Transaction<RegistryDatabase>;

/** Registers a version within a transaction of its project: once for each job, with the model's next number. */
export async function registerVersion(tx: Tx, outbox: Outbox<RegistryDatabase>, version: NewVersion, now: Date): Promise<ModelVersion> {
  const { projectId, modelName, content } = version;
  const jobId = content.lineage.jobId;
  // Two attempts of one job may register at the same time; the second waits here and then finds what the first did.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${projectId}/${jobId}`}, 0))`.execute(tx);
  const standing = await findByJob(tx, projectId, jobId);
  if (standing !== null) return standing;
  await refusePublicName(tx, version);
  const model = await lockModel(tx, version, now);
  const row = await tx
    .insertInto('model_versions')
    .values({
      id: newId('mv_'),
      project_id: projectId,
      model_id: model.id,
      number: (await highestNumber(tx, model.id)) + 1,
      state: 'registered',
      digest: digestOf(content),
      job_id: jobId,
      content: jsonb(content),
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  for (const name of version.aliases) {
    const change = { version_number: row.number, updated_at: now };
    await tx
      .insertInto('aliases')
      .values({ model_id: model.id, project_id: projectId, name, ...change })
      .onConflict((conflict) => conflict.columns(['model_id', 'name']).doUpdateSet(change))
      .execute();
  }
  const message = { model: modelName, modelVersionId: row.id, number: row.number };
  await outbox.add(tx, 'conch.events.registry.version.registered', message, { projectId });
  return versionFrom(row, modelName);
}

async function findByJob(tx: Tx, projectId: string, jobId: string): Promise<ModelVersion | null> {
  const row = await tx.selectFrom('model_versions').selectAll().where('project_id', '=', projectId).where('job_id', '=', jobId).executeTakeFirst();
  if (row === undefined) return null;
  const model = await tx.selectFrom('models').selectAll().where('id', '=', row.model_id).executeTakeFirstOrThrow();
  if (model.deleted_at !== null) throw new JobModelDeleted(jobId);
  return versionFrom(row, model.name);
}

/** A model of a project under a public name would hide the public one from it. */
async function refusePublicName(tx: Tx, { projectId, modelName }: NewVersion): Promise<void> {
  if (projectId === PUBLIC_PROJECT) return;
  const taken = await tx
    .selectFrom('models')
    .select('id')
    .where('project_id', '=', PUBLIC_PROJECT)
    .where('name', '=', modelName)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (taken !== undefined) throw new ModelIsPublic(modelName);
}

/** Makes the model when it is new; its row's lock gives out the numbers one by one. */
async function lockModel(tx: Tx, { projectId, modelName, baseModel }: NewVersion, now: Date): Promise<Selectable<ModelsTable>> {
  await tx
    .insertInto('models')
    .values({ id: newId('mdl_'), project_id: projectId, name: modelName, base_model: baseModel, created_at: now, deleted_at: null })
    .onConflict((conflict) => conflict.columns(['project_id', 'name']).where('deleted_at', 'is', null).doNothing())
    .execute();
  return tx
    .selectFrom('models')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('name', '=', modelName)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirstOrThrow();
}

async function highestNumber(tx: Tx, modelId: string): Promise<number> {
  const row = await tx
    .selectFrom('model_versions')
    .select(({ fn }) => fn.max('number').as('highest'))
    .where('model_id', '=', modelId)
    .executeTakeFirst();
  return row?.highest ?? 0;
}
