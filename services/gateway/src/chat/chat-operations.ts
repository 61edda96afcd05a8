import { z } from 'zod';
import { samplingFields } from '../generations/sampling-fields.js';
import { TokenUsage } from '../generations/token-usage.js';
import { operation } from '../http/operation.js';
import { MAX_COUNT, Metadata, UnixSeconds, harmless, refused } from '../http/schemas.js';
import { ChatMessages } from './chat-messages.js';

/** Choices of one request; each of them is a generation of its own. */
const MAX_CHOICES = 128;

const MaxTokens = z.int().min(1).max(MAX_COUNT).nullish();

const ChatBody = z.strictObject({
  model: z.string().min(1).meta({ description: "A model's public id, `name@alias` or `name@version`." }),
  messages: ChatMessages,
  ...samplingFields,
  n: z.int().min(1).max(MAX_CHOICES).nullish().meta({ description: 'How many answers.' }),
  max_completion_tokens: MaxTokens.meta({ description: 'Tokens that an answer may have at most.' }),
  max_tokens: MaxTokens.meta({ description: 'The older name of `max_completion_tokens`, which goes first.' }),
  stream: z.boolean().nullish().meta({ description: 'Send the answer as it is written, as server-sent events.' }),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().nullish().meta({ description: 'Send a last chunk with the token counts.' }),
      include_obfuscation: harmless(z.boolean(), 'Chunks are never padded.'),
    })
    .nullish(),
  metadata: harmless(Metadata, 'Taken and not kept, because chat completions are not stored.'),
  store: harmless(z.boolean(), 'Taken and not heeded: chat completions are not stored.'),
  user: harmless(z.string(), 'Taken and not heeded.'),
  safety_identifier: harmless(z.string(), 'Taken and not heeded.'),
  prompt_cache_key: harmless(z.string(), 'Taken and not heeded; prompts are cached by their content.'),
  service_tier: harmless(z.string(), 'Taken and not heeded.'),
  parallel_tool_calls: harmless(z.boolean(), 'Taken and not heeded, as there are no tools.'),
  modalities: harmless(z.array(z.literal('text')), 'Answers are text.'),
  response_format: harmless(z.strictObject({ type: z.literal('text', "only 'text' is supported; structured outputs are not") }), "Only `{type: 'text'}`."),
  tools: refused('tools', 'models here answer with text and call no tools'),
  tool_choice: harmless(z.enum(['none', 'auto'], 'there are no tools to choose from'), 'Only `none` and `auto`, as there are no tools.'),
  functions: refused('functions', 'models here answer with text and call no functions'),
  function_call: harmless(z.enum(['none', 'auto'], 'there are no functions to call'), 'Only `none` and `auto`.'),
  logprobs: refused('logprobs', 'the engine reports no probabilities'),
  top_logprobs: refused('top_logprobs', 'the engine reports no probabilities'),
  logit_bias: refused('logit_bias', 'the engine takes no bias'),
  audio: refused('audio', 'answers are text'),
  prediction: refused('prediction', 'the engine takes no predicted output'),
  reasoning_effort: refused('reasoning_effort', 'models here have no such setting'),
  verbosity: refused('verbosity', 'models here have no such setting'),
  web_search_options: refused('web_search_options', 'nothing here searches the web'),
});

/** A chat request as it was checked. */
export type ChatInput = z.output<typeof ChatBody>;

const FinishReason = z.enum(['stop', 'length']);

const ChatCompletion = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: UnixSeconds,
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null(), annotations: z.array(z.never()) }),
        logprobs: z.null(),
        finish_reason: FinishReason,
      }),
    ),
    usage: TokenUsage,
    system_fingerprint: z.string().meta({ description: 'The version of the model that answered.' }),
  })
  .meta({ id: 'ChatCompletion' });

/** A complete answer. */
export type ChatCompletionView = z.output<typeof ChatCompletion>;

const ChatCompletionChunk = z
  .object({
    id: z.string(),
    object: z.literal('chat.completion.chunk'),
    created: UnixSeconds,
    model: z.string(),
    system_fingerprint: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        delta: z.object({ role: z.literal('assistant').optional(), content: z.string().optional(), refusal: z.null().optional() }),
        logprobs: z.null(),
        finish_reason: FinishReason.nullable(),
      }),
    ),
    usage: TokenUsage.nullable().optional(),
  })
  .meta({ id: 'ChatCompletionChunk' });

export const createChatCompletion = operation({
  id: 'createChatCompletion',
  method: 'POST',
  path: '/v1/chat/completions',
  tag: 'Generation',
  summary: 'Answer a conversation',
  body: ChatBody,
  answer: { kind: 'json-or-events', schema: ChatCompletion, event: ChatCompletionChunk },
  changes: false,
  texts: ['messages', 'stop'],
});
