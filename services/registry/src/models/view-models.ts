import type { Transaction } from 'kysely';
import type { RegistryDatabase } from '../database.js';
import type { Model } from './model.entity.js';
import { LATEST } from './model-name.js';
import type { ModelView } from './model.repository.js';
import { aliasFrom, versionFrom } from './model-rows.js';

/** Adds to each model its aliases and the version that its bare name means, with two queries for all of them. */
export async function viewModels(tx: Transaction<RegistryDatabase>, models: readonly Model[]): Promise<ModelView[]> {
  if (models.length === 0) return [];
  const ids = models.map(({ id }) => id);
  const aliases = await tx.selectFrom('aliases').selectAll().where('model_id', 'in', ids).orderBy('name').execute();
  // The version under the alias `latest` comes first, then the highest number.
  const versions = await tx
    .selectFrom('model_versions')
    .leftJoin('aliases', (join) =>
      join
        .onRef('aliases.model_id', '=', 'model_versions.model_id')
        .onRef('aliases.version_number', '=', 'model_versions.number')
        .on('aliases.name', '=', LATEST),
    )
    .selectAll('model_versions')
    .distinctOn('model_versions.model_id')
    .where('model_versions.model_id', 'in', ids)
    .where('model_versions.state', '=', 'registered')
    .orderBy('model_versions.model_id')
    .orderBy('aliases.name', (order) => order.asc().nullsLast())
    .orderBy('model_versions.number', 'desc')
    .execute();
  const latest = new Map(versions.map((row) => [row.model_id, row]));
  const aliasesOf = Map.groupBy(aliases, (row) => row.model_id);
  return models.map((model) => {
    const row = latest.get(model.id);
    return { model, latest: row === undefined ? null : versionFrom(row, model.name), aliases: (aliasesOf.get(model.id) ?? []).map(aliasFrom) };
  });
}
