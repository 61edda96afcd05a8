import { newId } from '@conch/storage';
import type { Ending } from '../generations/generations.js';
import { unixSeconds } from '../http/schemas.js';
import type { ResponseBodyInput } from './response-operations.js';
import type { ResponseView } from './response-schemas.js';

/** A response that has just been asked for. */
export function draftResponse(input: ResponseBodyInput): ResponseView {
  return {
    id: newId('resp_'),
    object: 'response',
    created_at: unixSeconds(new Date()),
    completed_at: null,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: input.instructions ?? null,
    max_output_tokens: input.max_output_tokens ?? null,
    max_tool_calls: null,
    metadata: input.metadata ?? {},
    model: input.model,
    output: [],
    parallel_tool_calls: input.parallel_tool_calls ?? true,
    previous_response_id: input.previous_response_id ?? null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: input.store ?? true,
    temperature: input.temperature ?? null,
    text: { format: { type: 'text' } },
    tool_choice: input.tool_choice ?? 'auto',
    tools: input.tools ?? [],
    top_logprobs: 0,
    top_p: input.top_p ?? null,
    truncation: input.truncation ?? 'disabled',
    usage: null,
    user: input.user ?? null,
  };
}

/** The tokens of a response; none when it was answered without the model. */
export function usageOf(ending: Pick<Ending, 'promptTokens' | 'completionTokens'>): NonNullable<ResponseView['usage']> {
  const { promptTokens, completionTokens } = ending;
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: promptTokens + completionTokens,
  };
}
