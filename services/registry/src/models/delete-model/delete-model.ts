import type { Model } from '../model.entity.js';
import { ModelIsPublic, ModelNotFound } from '../model.errors.js';
import type { ModelRepository } from '../model.repository.js';
import type { ResolveModel } from '../resolve-model/resolve-model.js';

/** Takes a project's own model out of use; its versions stay as what others were made from. */
export class DeleteModel {
  constructor(
    private readonly models: ModelRepository,
    private readonly resolve: ResolveModel,
  ) {}

  async execute(projectId: string, name: string): Promise<void> {
    const model = ownModel(projectId, await this.resolve.model(projectId, name));
    // Another call may have been quicker.
    if (!(await this.models.remove(model))) throw new ModelNotFound(name, []);
  }
}

/** The model when the project may change it; public ones belong to the platform. */
export function ownModel(projectId: string, model: Model): Model {
  if (model.projectId !== projectId) throw new ModelIsPublic(model.name);
  return model;
}
