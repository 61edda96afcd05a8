import { ownModel } from '../delete-model/delete-model.js';
import type { Alias } from '../model.entity.js';
import { ModelVersionNotFound } from '../model.errors.js';
import { readAlias } from '../model-name.js';
import type { ModelRepository } from '../model.repository.js';
import type { ResolveModel } from '../resolve-model/resolve-model.js';

/** Points an alias of a project's own model at one of its versions. */
export class SetAlias {
  constructor(
    private readonly models: ModelRepository,
    private readonly resolve: ResolveModel,
  ) {}

  async execute(projectId: string, command: { readonly name: string; readonly alias: string; readonly versionNumber: number }): Promise<Alias> {
    const alias = readAlias(command.alias);
    const model = ownModel(projectId, await this.resolve.model(projectId, command.name));
    const set = await this.models.setAlias(model, alias, command.versionNumber);
    if (set === null) throw new ModelVersionNotFound(model.name, String(command.versionNumber), await this.models.listSelectors(model, 5));
    return set;
  }
}
