import type { CountTokensRequest } from '@conch/contracts/inference';
import type { ModelCatalog } from '../models/model-catalog.js';
import { leastTokens } from './prompt-tokens.js';
import { promptText } from './prompt.js';

/**
 * How many tokens a prompt is, by the model's own tokenizer and template. A text that cannot fit is not counted: whoever shortens a
 * conversation until it fits needs to know no more than that, and gets the fewest tokens that it can be.
 */
export class CountTokens {
  constructor(private readonly catalog: ModelCatalog) {}

  async execute(projectId: string, requestId: string, request: CountTokensRequest): Promise<{ tokens: number; contextLength: number }> {
    const model = await this.catalog.resolve(projectId, request.model, { requestId });
    const folder = await this.catalog.folder(model.servingDigest);
    const text = promptText(request.input, request.model, folder);
    const { contextLength } = folder;
    const least = leastTokens(text, folder);
    return { tokens: least > contextLength ? least : folder.tokenizer.encode(text).ids.length, contextLength };
  }
}
