import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactStore, Digest } from '@conch/artifacts';
import type { ModelVersion, RegistryServiceDefinition } from '@conch/contracts/registry';
import { Refusal } from '@conch/errors';
import type { NatsClient } from '@conch/rpc';
import { type ServingFolder, readServingFolder } from './serving-folder.js';

/** A `model` of a request, looked up: what to serve and where its files are. */
export interface ResolvedModel {
  readonly model: string;
  readonly versionId: string;
  /** Whose model it is; a base model that belongs to everybody is the project `public`'s. */
  readonly projectId: string;
  readonly servingDigest: Digest;
  readonly weightFormat: string;
}

/** A version never changes; only what an alias or a name points at does, so answers may be this old. */
const NAME_TTL_MS = 2_000;
const RESOLVE_TIMEOUT_MS = 5_000;

/** What inference knows of models: names from the registry, files from the artifact store. */
export class ModelCatalog {
  private readonly names = new Map<string, { readonly until: number; readonly model: ResolvedModel }>();
  private readonly folders = new Map<Digest, Promise<ServingFolder>>();

  constructor(
    private readonly registry: NatsClient<typeof RegistryServiceDefinition>,
    private readonly artifacts: ArtifactStore,
    private readonly servingRoot: string,
  ) {}

  /** What the name means to this project; throws MODEL_NOT_FOUND as the registry words it. */
  async resolve(projectId: string, model: string, call: { requestId?: string; signal?: AbortSignal }): Promise<ResolvedModel> {
    const key = `${projectId}\n${model}`;
    const known = this.names.get(key);
    if (known !== undefined && known.until > Date.now()) return known.model;
    const version = await this.registry.resolveModel({ model }, { projectId, timeoutMs: RESOLVE_TIMEOUT_MS, ...call });
    const resolved = resolvedFrom(version);
    if (this.names.size > 10_000) this.names.clear();
    this.names.set(key, { until: Date.now() + NAME_TTL_MS, model: resolved });
    return resolved;
  }

  /** Forgets a name at once, when the registry says that it changed. */
  forget(model: string): void {
    for (const key of this.names.keys()) if (key.endsWith(`\n${model}`)) this.names.delete(key);
  }

  /** The model's files on this machine, checked out from the artifact store on first use. */
  folder(digest: Digest): Promise<ServingFolder> {
    const known = this.folders.get(digest);
    if (known !== undefined) return known;
    const reading = this.checkOut(digest).then(readServingFolder);
    this.folders.set(digest, reading);
    reading.catch(() => this.folders.delete(digest));
    return reading;
  }

  private async checkOut(digest: Digest): Promise<string> {
    const target = join(this.servingRoot, digest.replace('sha256:', ''));
    if (await exists(target)) return target;
    const draft = join(this.servingRoot, `.draft-${randomBytes(6).toString('hex')}`);
    await mkdir(this.servingRoot, { recursive: true });
    try {
      await this.artifacts.checkOutFolder(digest, draft);
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // Another request may have been quicker; its folder is as good.
      if (!(await exists(target))) throw error;
    }
    return target;
  }
}

function resolvedFrom(version: ModelVersion): ResolvedModel {
  if (version.serving === undefined) {
    throw new Refusal('precondition', 'MODEL_HAS_NO_SERVING_FORM', `The model '${version.modelName}' has no serving form yet.`, { param: 'model' });
  }
  return {
    model: version.modelName,
    versionId: version.id,
    projectId: version.projectId,
    servingDigest: version.serving.digest as Digest,
    weightFormat: version.weightFormat,
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
