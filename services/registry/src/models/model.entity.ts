import { createHash } from 'node:crypto';
import type { Digest } from '@conch/artifacts';
import { VersionTransitionRefused } from './model.errors.js';

/** A name under which versions are kept. */
export interface Model {
  readonly id: string;
  readonly projectId: string;
  /** The public id: `conch-tiny`, `ft:conch-tiny:default::a1b2c3d4`. */
  readonly name: string;
  /** Empty for a base model. */
  readonly baseModel: string;
  readonly createdAt: Date;
}

/** A reference into the artifact store. */
export interface ArtifactReference {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly form: 'file' | 'folder';
}

/** Where a version came from. */
export interface Lineage {
  readonly baseVersionId: string;
  readonly baseModel: string;
  readonly datasetVersionId: string;
  readonly datasetDigest: string;
  readonly jobId: string;
  /** JSON objects, kept as they were given; empty when there is none. */
  readonly recipe: string;
  readonly provenance: string;
}

/** What a version is made of; never changes. */
export interface VersionContent {
  readonly weights: ArtifactReference | null;
  readonly serving: ArtifactReference | null;
  readonly adapter: ArtifactReference | null;
  readonly weightFormat: string;
  readonly lineage: Lineage;
}

/** An alias of a model. */
export interface Alias {
  readonly name: string;
  readonly versionNumber: number;
  readonly updatedAt: Date;
}

/** A version's life: it can be used from the moment it is registered until it is retired. */
export type VersionState = 'registered' | 'retired';

const NEXT = {
  registered: ['retired'],
  retired: [],
} as const satisfies Record<VersionState, readonly VersionState[]>;

/** What a version is known by. */
export interface VersionFacts {
  readonly id: string;
  readonly projectId: string;
  readonly modelId: string;
  readonly modelName: string;
  readonly number: number;
  readonly state: VersionState;
  readonly digest: Digest;
  readonly content: VersionContent;
  readonly createdAt: Date;
}

/** One version of a model. */
export class ModelVersion {
  constructor(readonly facts: VersionFacts) {}

  /** The version in its next state; any move that the table does not have is refused. */
  to(state: VersionState): ModelVersion {
    const allowed: readonly VersionState[] = NEXT[this.facts.state];
    if (!allowed.includes(state)) throw new VersionTransitionRefused(this.facts.id, this.facts.state, state);
    return new ModelVersion({ ...this.facts, state });
  }
}

/** The states from which a version may come into the given one. */
export function statesBefore(state: VersionState): VersionState[] {
  const all: readonly VersionState[] = ['registered', 'retired'];
  return all.filter((from) => (NEXT[from] as readonly VersionState[]).includes(state));
}

/** Names a version by all that it is made of and came from, so that two that differ in anything differ in their digests. */
export function digestOf(content: VersionContent): Digest {
  const { weights, serving, adapter, weightFormat, lineage } = content;
  const spelled = {
    weights: weights?.digest ?? null,
    serving: serving?.digest ?? null,
    adapter: adapter?.digest ?? null,
    weightFormat,
    baseVersionId: lineage.baseVersionId,
    baseModel: lineage.baseModel,
    datasetVersionId: lineage.datasetVersionId,
    datasetDigest: lineage.datasetDigest,
    jobId: lineage.jobId,
    recipe: sorted(lineage.recipe),
    provenance: sorted(lineage.provenance),
  };
  return `sha256:${createHash('sha256').update(JSON.stringify(spelled), 'utf8').digest('hex')}`;
}

/** JSON whose keys stand in order, so that its spelling does not count. */
function sorted(json: string): unknown {
  if (json === '') return null;
  return JSON.parse(json, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)))
      : value,
  );
}
