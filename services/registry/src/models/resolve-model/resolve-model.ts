import type { Model, ModelVersion } from '../model.entity.js';
import { ModelNotFound, ModelVersionNotFound } from '../model.errors.js';
import { parseReference } from '../model-name.js';
import type { ModelRepository } from '../model.repository.js';

/** How many names a refusal lists. */
const NAMES_IN_REFUSAL = 5;

/** Says what a `model` in a request means: a public id, `name@alias` or `name@number`. */
export class ResolveModel {
  constructor(private readonly models: ModelRepository) {}

  async execute(projectId: string, reference: string): Promise<ModelVersion> {
    const parsed = parseReference(reference);
    if (parsed === null) throw await this.notFound(projectId, reference);
    const model = await this.model(projectId, parsed.name);
    const version = await this.models.findVersion(model, parsed.selector);
    if (version !== null) return version;
    const asked = reference.slice(parsed.name.length + 1);
    throw new ModelVersionNotFound(parsed.name, asked === '' ? 'latest' : asked, await this.models.listSelectors(model, NAMES_IN_REFUSAL));
  }

  /** The model under a name; refuses one that the project does not see. */
  async model(projectId: string, name: string): Promise<Model> {
    const model = await this.models.find(projectId, name);
    if (model === null) throw await this.notFound(projectId, name);
    return model;
  }

  private async notFound(projectId: string, name: string): Promise<ModelNotFound> {
    return new ModelNotFound(name, await this.models.listNames(projectId, NAMES_IN_REFUSAL));
  }
}
