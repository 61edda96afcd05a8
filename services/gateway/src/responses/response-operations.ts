import { z } from 'zod';
import { samplingFields } from '../generations/sampling-fields.js';
import { operation } from '../http/operation.js';
import { MAX_COUNT, Metadata, deletedOf, harmless, listOf, orderedListQuery, refused } from '../http/schemas.js';
import { Filters } from '../vector-stores/store-fields.js';
import { RankingOptions } from '../vector-stores/store-operations.js';
import { ResponseInput, otherInputs } from './input-items.js';
import { ResponseEvent, ResponseObject } from './response-schemas.js';

const MAX_STORES = 16;
const MAX_RESULTS = 50;
const tag = 'Responses';

const Id = z.string().min(1).max(512);

const FileSearch = z.strictObject({
  type: z.literal('file_search', "only 'file_search' is supported"),
  vector_store_ids: z.array(Id).min(1).max(MAX_STORES),
  max_num_results: z.int().min(1).max(MAX_RESULTS).nullish().meta({ description: '10 when left out.' }),
  filters: Filters,
  ranking_options: RankingOptions,
});

/** The search tool as it was asked for. */
export type FileSearchInput = z.output<typeof FileSearch>;

/** OpenAI's names of what may be included; those that nothing here has stay empty. */
const Includable = z.enum([
  'file_search_call.results',
  'web_search_call.results',
  'web_search_call.action.sources',
  'message.input_image.image_url',
  'computer_call_output.output.image_url',
  'code_interpreter_call.outputs',
  'reasoning.encrypted_content',
  'message.output_text.logprobs',
]);

const { temperature, top_p, top_k, seed, stop, presence_penalty, frequency_penalty, repetition_penalty } = samplingFields;

const ResponseBody = z.strictObject({
  model: z.string().min(1).meta({ description: "A model's public id, `name@alias` or `name@version`." }),
  input: ResponseInput,
  ...otherInputs,
  instructions: z.string().nullish().meta({ description: 'A system message for this response alone.' }),
  previous_response_id: Id.nullish().meta({ description: 'Go on with the conversation of a stored response.' }),
  tools: z
    .array(FileSearch)
    .max(1, 'one file_search tool is enough: list all of its stores in vector_store_ids')
    .nullish()
    .meta({ description: 'With file_search the documents are searched for every answer, and the answer is given from what is found.' }),
  tool_choice: z
    .union([z.enum(['none', 'auto', 'required']), z.strictObject({ type: z.literal('file_search') })])
    .nullish()
    .meta({ description: '`none` answers without a search.' }),
  include: z.array(Includable).nullish(),
  max_output_tokens: z.int().min(1).max(MAX_COUNT).nullish(),
  ...{ temperature, top_p, top_k, seed, stop, presence_penalty, frequency_penalty, repetition_penalty },
  truncation: z.enum(['auto', 'disabled']).nullish().meta({ description: '`auto` forgets the oldest turns of a conversation that does not fit the model.' }),
  store: z.boolean().nullish().meta({ description: 'Keep the response, so that it can be read and gone on with; yes when left out.' }),
  metadata: Metadata.nullish(),
  stream: z.boolean().nullish().meta({ description: 'Send the response as it is written, as server-sent events.' }),
  stream_options: z.strictObject({ include_obfuscation: harmless(z.boolean(), 'Events are never padded.') }).nullish(),
  text: harmless(
    z.strictObject({
      format: z.strictObject({ type: z.literal('text', "only 'text' is supported; structured outputs are not") }).nullish(),
      verbosity: refused('text.verbosity', 'models here have no such setting'),
    }),
    "Only `{format: {type: 'text'}}`.",
  ),
  user: z.string().nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  safety_identifier: harmless(z.string(), 'Taken and not heeded.'),
  prompt_cache_key: harmless(z.string(), 'Taken and not heeded; prompts are cached by their content.'),
  service_tier: harmless(z.string(), 'Taken and not heeded.'),
  background: refused('background', 'responses are answered while you wait, or streamed'),
  reasoning: refused('reasoning', 'models here have no such setting'),
  max_tool_calls: harmless(z.int().min(1), 'Taken and not heeded: a response searches once.'),
  top_logprobs: refused('top_logprobs', 'the engine reports no probabilities'),
});

/** A response request as it was checked. */
export type ResponseBodyInput = z.output<typeof ResponseBody>;

const AtResponse = z.strictObject({ response_id: z.string() });
const response = { kind: 'json', schema: ResponseObject } as const;

export const createResponse = operation({
  id: 'createResponse',
  method: 'POST',
  path: '/v1/responses',
  tag,
  summary: 'Answer a conversation, from documents if you like',
  body: ResponseBody,
  answer: { kind: 'json-or-events', schema: ResponseObject, event: ResponseEvent },
  texts: ['input', 'instructions', 'stop'],
});

const include = z
  .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(Includable).optional())
  .meta({ description: 'What to show beside the rest, such as `file_search_call.results`.' });

export const getResponse = operation({
  id: 'getResponse',
  method: 'GET',
  path: '/v1/responses/:response_id',
  tag,
  summary: 'Read a stored response',
  params: AtResponse,
  query: z.strictObject({
    include,
    stream: z.literal('false', 'a response is streamed while it is made, not afterwards').optional(),
    include_obfuscation: harmless(z.string(), 'Events are never padded.'),
  }),
  answer: response,
});

export const deleteResponse = operation({
  id: 'deleteResponse',
  method: 'DELETE',
  path: '/v1/responses/:response_id',
  tag,
  summary: 'Delete a stored response; conversations that went on from it stay',
  params: AtResponse,
  answer: { kind: 'json', schema: deletedOf('response') },
});

const InputItemView = z.object({
  id: z.string(),
  type: z.literal('message'),
  status: z.literal('completed'),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.array(z.object({ type: z.enum(['input_text', 'output_text']), text: z.string() })),
});

export const listInputItems = operation({
  id: 'listInputItems',
  method: 'GET',
  path: '/v1/responses/:response_id/input_items',
  tag,
  summary: 'List what a stored response was asked',
  params: AtResponse,
  query: z.strictObject({ ...orderedListQuery({ standard: 20, max: 100 }), include }),
  answer: { kind: 'json', schema: listOf(InputItemView) },
});
