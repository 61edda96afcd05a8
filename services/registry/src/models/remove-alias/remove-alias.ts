import { ownModel } from '../delete-model/delete-model.js';
import { AliasNotFound } from '../model.errors.js';
import type { ModelRepository } from '../model.repository.js';
import type { ResolveModel } from '../resolve-model/resolve-model.js';

/** Takes an alias of a project's own model away; the version it named stays. */
export class RemoveAlias {
  constructor(
    private readonly models: ModelRepository,
    private readonly resolve: ResolveModel,
  ) {}

  async execute(projectId: string, name: string, alias: string): Promise<void> {
    const model = ownModel(projectId, await this.resolve.model(projectId, name));
    if (!(await this.models.removeAlias(model, alias))) throw new AliasNotFound(model.name, alias);
  }
}
