import type { ModelStreamInferResponse } from '@conch/contracts/kserve';
import { DomainError } from '@conch/errors';
import type { TritonChannel } from './triton-channel.js';
import { isServerAway } from './triton-channel.js';
import type { GenerationPiece, SamplingParameters } from './model-server.js';
import { boolTensor, bytesTensor, firstString, firstUint32, inferRequest } from './tensors.js';
import { ContextLengthExceeded, GenerationFailed, ModelOverloaded, ModelServerLost, SamplingRefused, TextTooLong } from './triton.errors.js';

/** The final response of a decoupled model, which Triton sends empty when asked to. */
const FINAL = 'triton_final_response';

/** Streams one generation from a model that speaks the vLLM backend's tensors. Ends, or throws a DomainError. */
export async function* streamGeneration(
  channel: TritonChannel,
  model: string,
  prompt: string,
  sampling: SamplingParameters,
  signal: AbortSignal,
): AsyncIterable<GenerationPiece> {
  const stream = channel.stream();
  const cancel = (): void => stream.cancel();
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  const request = inferRequest(model, '', [
    bytesTensor('text_input', [prompt]),
    boolTensor('stream', true),
    bytesTensor('sampling_parameters', [JSON.stringify(sampling)]),
    boolTensor('exclude_input_in_output', true),
    boolTensor('return_finish_reason', true),
    boolTensor('return_num_input_tokens', true),
    boolTensor('return_num_output_tokens', true),
  ]);
  request.parameters['triton_enable_empty_final_response'] = { parameterChoice: { $case: 'boolParam', value: true } };
  let finished = false;
  try {
    stream.write(request);
    for await (const message of stream as AsyncIterable<ModelStreamInferResponse>) {
      if (message.errorMessage !== '') throw engineError(model, message.errorMessage);
      const response = message.inferResponse;
      if (response === undefined) continue;
      const isFinal = response.parameters[FINAL]?.parameterChoice?.value === true;
      if (response.outputs.length > 0) {
        const reason = firstString(response, 'finish_reason');
        const piece = pieceOf(
          firstString(response, 'text_output'),
          reason,
          firstUint32(response, 'num_input_tokens'),
          firstUint32(response, 'num_output_tokens'),
        );
        if (piece.finishReason !== null) finished = true;
        yield piece;
      }
      if (isFinal) break;
    }
    if (!finished) throw new ModelServerLost('the stream ended before the answer did');
  } catch (error) {
    if (error instanceof DomainError || signal.aborted) throw error;
    if (isServerAway(error)) throw new ModelServerLost('connection lost', error);
    throw engineError(model, error instanceof Error ? error.message : String(error));
  } finally {
    signal.removeEventListener('abort', cancel);
    // Half-closing lets Triton free the stream; after an early exit only a cancel does.
    if (finished) stream.end();
    else stream.cancel();
  }
}

/** What Triton's or the engine's words mean to a caller. The prefixes are the engine's contract. */
export function engineError(model: string, message: string): DomainError {
  const after = (prefix: string): string => message.slice(message.indexOf(prefix) + prefix.length).trim();
  if (message.includes('OVERLOADED:')) return new ModelOverloaded(model);
  if (message.includes('CONTEXT_LENGTH:')) return new ContextLengthExceeded(after('CONTEXT_LENGTH:'));
  const long = /TEXT_TOO_LONG: (\d+) (\d+)(\+?) (\d+)/.exec(message);
  if (long !== null) return new TextTooLong(Number(long[1]), `${long[3] === '+' ? 'at least ' : ''}${long[2] ?? ''}`, Number(long[4]));
  if (message.includes('INVALID:')) return new SamplingRefused(after('INVALID:'));
  if (/not healthy|unknown model|is not ready|not found|unavailable|shutting down|exiting/i.test(message)) return new ModelServerLost(message);
  return new GenerationFailed(new Error(message));
}

function pieceOf(text: string, reason: string, promptTokens: number | null, completionTokens: number | null): GenerationPiece {
  const finishReason = reason === 'stop' || reason === 'length' || reason === 'cancelled' ? reason : null;
  return { text, finishReason, promptTokens: promptTokens ?? 0, completionTokens: completionTokens ?? 0 };
}
