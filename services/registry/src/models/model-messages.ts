import { asDigest } from '@conch/artifacts';
import { type Artifact as ArtifactMessage, ArtifactForm } from '@conch/contracts/common';
import {
  type Alias as AliasMessage,
  type Model as ModelMessage,
  type ModelVersion as ModelVersionMessage,
  type RegisterVersionRequest,
  VersionState as WireState,
} from '@conch/contracts/registry';
import type { PartialMessage } from '@conch/rpc';
import type { Alias, ArtifactReference, ModelVersion, VersionState } from './model.entity.js';
import { VersionRefused } from './model.errors.js';
import type { ModelView, NewVersion } from './model.repository.js';

const WIRE_STATE = {
  registered: WireState.VERSION_STATE_REGISTERED,
  retired: WireState.VERSION_STATE_RETIRED,
} as const satisfies Record<VersionState, WireState>;

/** A version as the contract has it. */
export function toVersionMessage(version: ModelVersion): PartialMessage<ModelVersionMessage> {
  const { id, projectId, modelId, modelName, number, state, digest, content, createdAt } = version.facts;
  const { recipe, provenance, ...lineage } = content.lineage;
  return {
    id,
    projectId,
    modelId,
    modelName,
    number,
    state: WIRE_STATE[state],
    digest,
    weights: toArtifactMessage(content.weights),
    serving: toArtifactMessage(content.serving),
    adapter: toArtifactMessage(content.adapter),
    weightFormat: content.weightFormat,
    lineage: { ...lineage, recipeJson: recipe, provenanceJson: provenance },
    createdAt,
  };
}

/** A version as lists have it: without its recipe and provenance, which make a page larger than a message may be. */
export function toListedVersionMessage(version: ModelVersion): PartialMessage<ModelVersionMessage> {
  const message = toVersionMessage(version);
  return { ...message, lineage: { ...message.lineage, recipeJson: '', provenanceJson: '' } };
}

/** A model as lists have it. */
export function toListedModelMessage(view: ModelView): PartialMessage<ModelMessage> {
  return { ...toModelMessage(view), latest: view.latest === null ? undefined : toListedVersionMessage(view.latest) };
}

/** A model as the contract has it; a project's name says who owns it. */
export function toModelMessage({ model, latest, aliases }: ModelView): PartialMessage<ModelMessage> {
  return {
    id: model.id,
    name: model.name,
    ownedBy: model.projectId,
    baseModel: model.baseModel,
    createdAt: model.createdAt,
    latest: latest === null ? undefined : toVersionMessage(latest),
    aliases: aliases.map(toAliasMessage),
  };
}

/** An alias as the contract has it. */
export function toAliasMessage({ name, versionNumber, updatedAt }: Alias): PartialMessage<AliasMessage> {
  return { name, versionNumber, updatedAt };
}

/** The version that a request wants to register. */
export function toNewVersion(projectId: string, request: RegisterVersionRequest): NewVersion {
  const { modelName, baseModel, weightFormat, lineage, aliases } = request;
  return {
    projectId,
    modelName,
    baseModel,
    aliases: [...new Set(aliases)],
    content: {
      weights: readArtifact('weights', request.weights),
      serving: readArtifact('serving', request.serving),
      adapter: readArtifact('adapter', request.adapter),
      weightFormat,
      lineage: {
        baseVersionId: lineage?.baseVersionId ?? '',
        baseModel: lineage?.baseModel ?? '',
        datasetVersionId: lineage?.datasetVersionId ?? '',
        datasetDigest: lineage?.datasetDigest ?? '',
        jobId: lineage?.jobId ?? '',
        recipe: lineage?.recipeJson ?? '',
        provenance: lineage?.provenanceJson ?? '',
      },
    },
  };
}

function toArtifactMessage(artifact: ArtifactReference | null): PartialMessage<ArtifactMessage> | undefined {
  if (artifact === null) return undefined;
  const form = artifact.form === 'file' ? ArtifactForm.ARTIFACT_FORM_FILE : ArtifactForm.ARTIFACT_FORM_FOLDER;
  return { digest: artifact.digest, sizeBytes: artifact.sizeBytes, form };
}

function readArtifact(param: string, artifact: ArtifactMessage | undefined): ArtifactReference | null {
  if (artifact === undefined || artifact.digest === '') return null;
  if (artifact.form === ArtifactForm.ARTIFACT_FORM_UNSPECIFIED)
    throw new VersionRefused(`${param}.form`, 'it is missing; say whether the artifact is a file or a folder');
  const form = artifact.form === ArtifactForm.ARTIFACT_FORM_FILE ? 'file' : 'folder';
  return { digest: asDigest(artifact.digest), sizeBytes: artifact.sizeBytes, form };
}
