import { z } from 'zod';
import { UnixSeconds } from '../http/schemas.js';

const FileCitation = z.object({
  type: z.literal('file_citation'),
  index: z.int().meta({ description: 'The character of the answer, counted from 0 in Unicode code points, at which the cited words end.' }),
  file_id: z.string(),
  filename: z.string(),
});

const OutputText = z.object({ type: z.literal('output_text'), text: z.string(), annotations: z.array(FileCitation), logprobs: z.array(z.never()) });

const OutputMessage = z.object({
  id: z.string(),
  type: z.literal('message'),
  status: z.enum(['in_progress', 'completed', 'incomplete']),
  role: z.literal('assistant'),
  content: z.array(OutputText),
});

const SearchResult = z.object({
  file_id: z.string(),
  filename: z.string(),
  score: z.number(),
  text: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  vector_store_id: z.string(),
});

const FileSearchCall = z.object({
  id: z.string(),
  type: z.literal('file_search_call'),
  status: z.enum(['in_progress', 'searching', 'completed', 'failed']),
  queries: z.array(z.string()),
  results: z.array(SearchResult).nullable(),
});

const OutputItem = z.discriminatedUnion('type', [FileSearchCall, OutputMessage]);

const ResponseUsage = z.object({
  input_tokens: z.int(),
  input_tokens_details: z.object({ cached_tokens: z.int(), cache_write_tokens: z.int() }),
  output_tokens: z.int(),
  output_tokens_details: z.object({ reasoning_tokens: z.int() }),
  total_tokens: z.int(),
});

/** A response, in whatever state. */
export const ResponseObject = z
  .object({
    id: z.string(),
    object: z.literal('response'),
    created_at: UnixSeconds,
    completed_at: UnixSeconds.nullable(),
    status: z.enum(['in_progress', 'completed', 'incomplete', 'failed']),
    background: z.literal(false),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    incomplete_details: z.object({ reason: z.literal('max_output_tokens') }).nullable(),
    instructions: z.string().nullable(),
    max_output_tokens: z.int().nullable(),
    max_tool_calls: z.null(),
    metadata: z.record(z.string(), z.string()),
    model: z.string(),
    output: z.array(OutputItem),
    parallel_tool_calls: z.boolean(),
    previous_response_id: z.string().nullable(),
    reasoning: z.object({ effort: z.null(), summary: z.null() }),
    service_tier: z.literal('default'),
    store: z.boolean(),
    temperature: z.number().nullable(),
    text: z.object({ format: z.object({ type: z.literal('text') }) }),
    tool_choice: z.unknown(),
    tools: z.array(z.unknown()),
    top_logprobs: z.literal(0),
    top_p: z.number().nullable(),
    truncation: z.enum(['auto', 'disabled']),
    usage: ResponseUsage.nullable(),
    user: z.string().nullable(),
  })
  .meta({ id: 'Response' });

/** One event of a streamed response; `type` says which, and the other fields go with it. */
export const ResponseEvent = z.looseObject({ type: z.string(), sequence_number: z.int() }).meta({ id: 'ResponseStreamEvent' });

export type ResponseView = z.output<typeof ResponseObject>;
export type OutputMessageView = z.output<typeof OutputMessage>;
export type FileSearchCallView = z.output<typeof FileSearchCall>;
export type FileCitationView = z.output<typeof FileCitation>;
export type SearchResultView = z.output<typeof SearchResult>;
