import { asDigest } from '@conch/artifacts';
import type { Selectable } from 'kysely';
import type { AliasesTable, ModelsTable, ModelVersionsTable } from '../database.js';
import { type Alias, type Model, ModelVersion, type VersionState } from './model.entity.js';

/** A model as its row tells it. */
export function modelFrom(row: Selectable<ModelsTable>): Model {
  return { id: row.id, projectId: row.project_id, name: row.name, baseModel: row.base_model, createdAt: row.created_at };
}

/** A version as its row tells it. */
export function versionFrom(row: Selectable<ModelVersionsTable>, modelName: string): ModelVersion {
  return new ModelVersion({
    id: row.id,
    projectId: row.project_id,
    modelId: row.model_id,
    modelName,
    number: row.number,
    state: row.state as VersionState,
    digest: asDigest(row.digest),
    content: row.content,
    createdAt: row.created_at,
  });
}

/** An alias as its row tells it. */
export function aliasFrom(row: Selectable<AliasesTable>): Alias {
  return { name: row.name, versionNumber: row.version_number, updatedAt: row.updated_at };
}
