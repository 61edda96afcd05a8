import type { CountTokensRequest } from '@conch/contracts/inference';
import type { ModelCatalog } from '../models/model-catalog.js';
import { countTokens } from './prompt-tokens.js';
import { fieldOf, promptText } from './prompt.js';

/** How many tokens a prompt is, by the model's own tokenizer and template. */
export class CountTokens {
  constructor(private readonly catalog: ModelCatalog) {}

  async execute(projectId: string, requestId: string, request: CountTokensRequest): Promise<{ tokens: number; contextLength: number }> {
    const model = await this.catalog.resolve(projectId, request.model, { requestId });
    const folder = await this.catalog.folder(model.servingDigest);
    const text = promptText(request.input, request.model, folder);
    return { tokens: countTokens(text, folder, fieldOf(request.input)), contextLength: folder.contextLength };
  }
}
