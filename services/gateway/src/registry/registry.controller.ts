import type { ModelVersion } from '@conch/contracts/registry';
import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, pageOf } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { Peers } from '../peers/peers.js';
import {
  listAliases,
  listRegistryModels,
  listVersions,
  removeAlias,
  retrieveLineage,
  retrieveRegistryModel,
  retrieveVersion,
  setAlias,
} from './registry-operations.js';
import { aliasView, lineageView, registryModelView, versionView } from './registry-views.js';

/** Models as the registry keeps them: versions, aliases, lineage. */
@Controller()
export class RegistryController {
  constructor(private readonly peers: Peers) {}

  @Serve(listRegistryModels)
  async list(@Input(listRegistryModels) { query }: InputOf<typeof listRegistryModels>, @From() caller: Caller) {
    const { models, hasMore } = await this.peers.registry.listModels({ page: pageOf(query) }, caller);
    return listView(models.map(registryModelView), hasMore);
  }

  @Serve(retrieveRegistryModel)
  async retrieve(@Input(retrieveRegistryModel) { params }: InputOf<typeof retrieveRegistryModel>, @From() caller: Caller) {
    return registryModelView(await this.peers.registry.getModel(params, caller));
  }

  @Serve(listVersions)
  async versions(@Input(listVersions) { params, query }: InputOf<typeof listVersions>, @From() caller: Caller) {
    const { versions, hasMore } = await this.peers.registry.listVersions({ modelName: params.name, page: pageOf(query) }, caller);
    return listView(versions.map(versionView), hasMore);
  }

  @Serve(retrieveVersion)
  async version(@Input(retrieveVersion) { params }: InputOf<typeof retrieveVersion>, @From() caller: Caller) {
    return versionView(await this.resolve(params, caller));
  }

  @Serve(retrieveLineage)
  async lineage(@Input(retrieveLineage) { params }: InputOf<typeof retrieveLineage>, @From() caller: Caller) {
    return lineageView(await this.resolve(params, caller));
  }

  @Serve(listAliases)
  async aliases(@Input(listAliases) { params }: InputOf<typeof listAliases>, @From() caller: Caller) {
    const { name, aliases } = await this.peers.registry.getModel(params, caller);
    return listView(
      aliases.map((alias) => aliasView(name, alias)),
      false,
    );
  }

  @Serve(setAlias)
  async setAlias(@Input(setAlias) { params, body }: InputOf<typeof setAlias>, @From() caller: Caller) {
    const alias = await this.peers.registry.setAlias({ modelName: params.name, alias: body.alias, versionNumber: body.version }, caller);
    return aliasView(params.name, alias);
  }

  @Serve(removeAlias)
  async removeAlias(@Input(removeAlias) { params }: InputOf<typeof removeAlias>, @From() caller: Caller) {
    await this.peers.registry.removeAlias({ modelName: params.name, alias: params.alias }, caller);
    return { id: `${params.name}@${params.alias}`, object: 'registry.alias' as const, deleted: true };
  }

  private resolve({ name, version }: { readonly name: string; readonly version: string }, caller: Caller): Promise<ModelVersion> {
    return this.peers.registry.resolveModel({ model: `${name}@${version}` }, caller);
  }
}
