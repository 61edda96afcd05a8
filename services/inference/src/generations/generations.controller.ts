import type {
  CountTokensRequest,
  CountTokensResponse,
  EmbedRequest,
  EmbedResponse,
  GenerateRequest,
  GenerateResponse,
  GenerationServiceDefinition,
} from '@conch/contracts/inference';
import type { CallContext, Handlers, PartialMessage } from '@conch/rpc';
import type { CountTokens } from './count-tokens.js';
import type { Embed } from './embed/embed.js';
import type { AnsweredPiece, Generate } from './generate/generate.js';

/** Generation and embeddings on both doors. */
export class GenerationsController implements Handlers<typeof GenerationServiceDefinition> {
  constructor(
    private readonly generation: Generate,
    private readonly embedding: Embed,
    private readonly counting: CountTokens,
  ) {}

  async *generate(request: GenerateRequest, call: CallContext): AsyncIterable<PartialMessage<GenerateResponse>> {
    for await (const piece of this.generation.execute({ ...call, request })) yield toMessage(piece);
  }

  async embed(request: EmbedRequest, call: CallContext): Promise<PartialMessage<EmbedResponse>> {
    const answer = await this.embedding.execute({ ...call, model: request.model, texts: request.texts });
    return { embeddings: answer.vectors.map((vector) => ({ vector })), promptTokens: answer.promptTokens, model: request.model };
  }

  countTokens(request: CountTokensRequest, call: CallContext): Promise<CountTokensResponse> {
    return this.counting.execute(call.projectId, call.requestId, request);
  }
}

function toMessage(piece: AnsweredPiece): PartialMessage<GenerateResponse> {
  const { text, finishReason, promptTokens, completionTokens, modelVersionId } = piece;
  return finishReason === null ? { text, modelVersionId } : { text, modelVersionId, finishReason, usage: { promptTokens, completionTokens } };
}
