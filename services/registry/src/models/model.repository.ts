import type { Alias, Model, ModelVersion, VersionContent } from './model.entity.js';
import type { Selector } from './model-name.js';

/** A model with what stands under its name. */
export interface ModelView {
  readonly model: Model;
  /** What the bare name means; null when every version is retired. */
  readonly latest: ModelVersion | null;
  readonly aliases: readonly Alias[];
}

/** Which slice of a list is wanted. */
export interface ListQuery {
  readonly limit: number;
  readonly after: string;
  readonly before: string;
  readonly ascending: boolean;
}

/** A version that is to be registered. */
export interface NewVersion {
  readonly projectId: string;
  readonly modelName: string;
  readonly baseModel: string;
  readonly content: VersionContent;
  readonly aliases: readonly string[];
}

/**
 * Where models are kept. A project sees its own models and the public ones, its own first when the names are equal; it changes its
 * own only.
 */
export abstract class ModelRepository {
  /** The model under a name, own or public; null when there is none. */
  abstract find(projectId: string, name: string): Promise<Model | null>;
  /** The version that is meant; `null` as selector is what the bare name means. Retired versions are not found. */
  abstract findVersion(model: Model, selector: Selector | null): Promise<ModelVersion | null>;
  /** Numbers and aliases that can be asked for, newest first, at most `limit`. */
  abstract listSelectors(model: Model, limit: number): Promise<readonly string[]>;
  /** Names of models that the project may use, newest first, at most `limit`. */
  abstract listNames(projectId: string, limit: number): Promise<readonly string[]>;
  abstract view(model: Model): Promise<ModelView>;
  abstract list(projectId: string, query: ListQuery): Promise<{ readonly models: readonly ModelView[]; readonly hasMore: boolean }>;
  abstract listVersions(model: Model, query: ListQuery): Promise<{ readonly versions: readonly ModelVersion[]; readonly hasMore: boolean }>;
  /** Registers a version, once for each job of a project, and announces it; answers the one that stands. */
  abstract register(version: NewVersion): Promise<ModelVersion>;
  /** Points an alias at a version; null when the model has no such version that can be used. */
  abstract setAlias(model: Model, alias: string, versionNumber: number): Promise<Alias | null>;
  /** Takes an alias away; false when it was not set. */
  abstract removeAlias(model: Model, alias: string): Promise<boolean>;
  /** Retires every version of a model, frees its name and announces that it is gone; false when it was not there. */
  abstract remove(model: Model): Promise<boolean>;
}
