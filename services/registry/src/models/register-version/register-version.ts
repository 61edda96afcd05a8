import type { ArtifactStore } from '@conch/artifacts';
import type { ModelVersion, VersionContent } from '../model.entity.js';
import { VersionRefused } from '../model.errors.js';
import { readAlias, readModelName } from '../model-name.js';
import type { ModelRepository, NewVersion } from '../model.repository.js';

/** Makes a version of what a job produced, and its model when that is new. */
export class RegisterVersion {
  constructor(
    private readonly models: ModelRepository,
    private readonly artifacts: ArtifactStore,
  ) {}

  async execute(command: NewVersion): Promise<ModelVersion> {
    readModelName(command.modelName);
    for (const alias of command.aliases) readAlias(alias);
    await this.check(command.content);
    return this.models.register(command);
  }

  private async check(content: VersionContent): Promise<void> {
    const { weights, serving, adapter, weightFormat, lineage } = content;
    if (lineage.jobId === '') throw new VersionRefused('lineage.job_id', 'it is missing; name the job that made the version, so that it registers once');
    if (weights === null && serving === null) throw new VersionRefused('weights', 'neither weights nor a serving form is given; give at least one');
    if (serving !== null && weightFormat === '')
      throw new VersionRefused('weight_format', 'it is missing; say how the serving form keeps its weights, such as int8');
    for (const [param, artifact] of Object.entries({ weights, serving, adapter })) {
      if (artifact === null || (await this.artifacts.has(artifact.digest))) continue;
      throw new VersionRefused(`${param}.digest`, `the artifact store does not hold ${artifact.digest}; store the artifact before its version is registered`);
    }
    checkJsonObject('lineage.recipe_json', lineage.recipe);
    checkJsonObject('lineage.provenance_json', lineage.provenance);
  }
}

function checkJsonObject(param: string, json: string): void {
  if (json === '') return;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (thrown) {
    throw new VersionRefused(param, `it is no JSON (${thrown instanceof Error ? thrown.message : 'unreadable'}); give an object, or leave it out`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new VersionRefused(param, 'it is no JSON object; give an object, or leave it out');
}
