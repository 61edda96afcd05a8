import { type Artifact, ArtifactForm } from '@conch/contracts/common';
import { type Alias, type Model, type ModelVersion, VersionState } from '@conch/contracts/registry';
import { jsonObject } from '../http/json-object.js';
import { unixSeconds } from '../http/schemas.js';
import type { AliasView, LineageView, RegistryModelView, VersionView } from './registry-schemas.js';

/** A model with what it has. */
export function registryModelView(model: Model): RegistryModelView {
  return {
    id: model.id,
    object: 'registry.model',
    name: model.name,
    owned_by: model.ownedBy,
    base_model: model.baseModel || null,
    created_at: unixSeconds(model.createdAt),
    latest: model.latest === undefined ? null : versionView(model.latest),
    aliases: model.aliases.map((alias) => aliasView(model.name, alias)),
  };
}

/** A version with its artifacts and lineage. */
export function versionView(version: ModelVersion): VersionView {
  return {
    id: version.id,
    object: 'registry.model_version',
    model: version.modelName,
    version: version.number,
    state: version.state === VersionState.VERSION_STATE_RETIRED ? 'retired' : 'registered',
    digest: version.digest,
    weight_format: version.weightFormat || null,
    weights: artifactView(version.weights),
    serving: artifactView(version.serving),
    adapter: artifactView(version.adapter),
    lineage: lineageView(version),
    created_at: unixSeconds(version.createdAt),
  };
}

/** Where a version came from. */
export function lineageView({ modelName, number, lineage }: ModelVersion): LineageView {
  return {
    object: 'registry.lineage',
    model: modelName,
    version: number,
    base_model: lineage?.baseModel || null,
    base_version_id: lineage?.baseVersionId || null,
    dataset_version_id: lineage?.datasetVersionId || null,
    dataset_digest: lineage?.datasetDigest || null,
    job_id: lineage?.jobId || null,
    recipe: jsonObject(lineage?.recipeJson ?? ''),
    provenance: jsonObject(lineage?.provenanceJson ?? ''),
  };
}

/** An alias; its id is what a request would call the version. */
export function aliasView(model: string, { name, versionNumber, updatedAt }: Alias): AliasView {
  return { id: `${model}@${name}`, object: 'registry.alias', model, alias: name, version: versionNumber, updated_at: unixSeconds(updatedAt) };
}

function artifactView(artifact: Artifact | undefined): VersionView['weights'] {
  if (artifact === undefined || artifact.digest === '') return null;
  return { digest: artifact.digest, bytes: artifact.sizeBytes, form: artifact.form === ArtifactForm.ARTIFACT_FORM_FILE ? 'file' : 'folder' };
}
