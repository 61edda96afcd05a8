import type { Model } from '@conch/contracts/registry';
import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { unixSeconds } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { Peers } from '../peers/peers.js';
import { type ModelView, deleteModel, deleteModelByParts, listModels, retrieveModel, retrieveModelByParts } from './model-operations.js';

/** The registry's pages; the clients of this list read it as one. */
const MODELS_A_PAGE = 100;
const MAX_MODELS = 10_000;

/** Models as OpenAI's clients know them. */
@Controller()
export class ModelsController {
  constructor(private readonly peers: Peers) {}

  @Serve(listModels)
  async list(@Input(listModels) _: InputOf<typeof listModels>, @From() caller: Caller) {
    const data: ModelView[] = [];
    for (let after = '', hasMore = true; hasMore && data.length < MAX_MODELS; ) {
      const page = await this.peers.registry.listModels({ page: { limit: MODELS_A_PAGE, after } }, caller);
      data.push(...page.models.map(view));
      after = page.models.at(-1)?.id ?? '';
      hasMore = page.hasMore && after !== '';
    }
    return { object: 'list' as const, data };
  }

  @Serve(retrieveModel)
  retrieve(@Input(retrieveModel) { params }: InputOf<typeof retrieveModel>, @From() caller: Caller) {
    return this.find(params.model, caller);
  }

  @Serve(retrieveModelByParts)
  retrieveByParts(@Input(retrieveModelByParts) { params }: InputOf<typeof retrieveModelByParts>, @From() caller: Caller) {
    return this.find(`${params.owner}/${params.name}`, caller);
  }

  @Serve(deleteModel)
  delete(@Input(deleteModel) { params }: InputOf<typeof deleteModel>, @From() caller: Caller) {
    return this.remove(params.model, caller);
  }

  @Serve(deleteModelByParts)
  deleteByParts(@Input(deleteModelByParts) { params }: InputOf<typeof deleteModelByParts>, @From() caller: Caller) {
    return this.remove(`${params.owner}/${params.name}`, caller);
  }

  private async find(name: string, caller: Caller): Promise<ModelView> {
    return view(await this.peers.registry.getModel({ name }, caller));
  }

  private async remove(name: string, caller: Caller) {
    await this.peers.registry.deleteModel({ name }, caller);
    return { id: name, object: 'model' as const, deleted: true };
  }
}

function view(model: Model): ModelView {
  return { id: model.name, object: 'model', created: unixSeconds(model.createdAt), owned_by: model.ownedBy };
}
