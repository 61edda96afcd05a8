import type { PageRequest as PageMessage } from '@conch/contracts/common';
import type {
  Alias as AliasMessage,
  DeleteModelRequest,
  GetModelRequest,
  ListModelsRequest,
  ListVersionsRequest,
  Model as ModelMessage,
  ModelVersion as ModelVersionMessage,
  RegisterVersionRequest,
  RegistryServiceDefinition,
  RemoveAliasRequest,
  ResolveModelRequest,
  SetAliasRequest,
} from '@conch/contracts/registry';
import type { CallContext, Handlers, PartialMessage } from '@conch/rpc';
import type { DeleteModel } from './delete-model/delete-model.js';
import { toAliasMessage, toListedModelMessage, toListedVersionMessage, toModelMessage, toNewVersion, toVersionMessage } from './model-messages.js';
import type { ListQuery, ModelRepository } from './model.repository.js';
import type { RegisterVersion } from './register-version/register-version.js';
import type { RemoveAlias } from './remove-alias/remove-alias.js';
import type { ResolveModel } from './resolve-model/resolve-model.js';
import type { SetAlias } from './set-alias/set-alias.js';

/** The use cases that the controller hands calls to. */
export interface ModelUseCases {
  readonly register: RegisterVersion;
  readonly resolve: ResolveModel;
  readonly remove: DeleteModel;
  readonly setAlias: SetAlias;
  readonly removeAlias: RemoveAlias;
}

/** Models on both doors. */
export class ModelsController implements Handlers<typeof RegistryServiceDefinition> {
  constructor(
    private readonly models: ModelRepository,
    private readonly use: ModelUseCases,
  ) {}

  async registerVersion(request: RegisterVersionRequest, call: CallContext): Promise<PartialMessage<ModelVersionMessage>> {
    return toVersionMessage(await this.use.register.execute(toNewVersion(call.projectId, request)));
  }

  async resolveModel(request: ResolveModelRequest, call: CallContext): Promise<PartialMessage<ModelVersionMessage>> {
    return toVersionMessage(await this.use.resolve.execute(call.projectId, request.model));
  }

  async getModel(request: GetModelRequest, call: CallContext): Promise<PartialMessage<ModelMessage>> {
    return toModelMessage(await this.models.view(await this.use.resolve.model(call.projectId, request.name)));
  }

  async listModels(request: ListModelsRequest, call: CallContext): Promise<{ models: PartialMessage<ModelMessage>[]; hasMore: boolean }> {
    const { models, hasMore } = await this.models.list(call.projectId, queryOf(request.page));
    return { models: models.map(toListedModelMessage), hasMore };
  }

  async deleteModel(request: DeleteModelRequest, call: CallContext): Promise<{ name: string }> {
    await this.use.remove.execute(call.projectId, request.name);
    return { name: request.name };
  }

  async listVersions(request: ListVersionsRequest, call: CallContext): Promise<{ versions: PartialMessage<ModelVersionMessage>[]; hasMore: boolean }> {
    const model = await this.use.resolve.model(call.projectId, request.modelName);
    const { versions, hasMore } = await this.models.listVersions(model, queryOf(request.page));
    return { versions: versions.map(toListedVersionMessage), hasMore };
  }

  async setAlias(request: SetAliasRequest, call: CallContext): Promise<PartialMessage<AliasMessage>> {
    const { modelName: name, alias, versionNumber } = request;
    return toAliasMessage(await this.use.setAlias.execute(call.projectId, { name, alias, versionNumber }));
  }

  async removeAlias(request: RemoveAliasRequest, call: CallContext): Promise<Record<string, never>> {
    await this.use.removeAlias.execute(call.projectId, request.modelName, request.alias);
    return {};
  }
}

function queryOf(page: PageMessage | undefined): ListQuery {
  return { limit: page?.limit ?? 0, after: page?.after ?? '', before: page?.before ?? '', ascending: page?.ascending ?? false };
}
