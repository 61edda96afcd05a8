import { z } from 'zod';
import { samplingFields } from '../generations/sampling-fields.js';
import { TokenUsage } from '../generations/token-usage.js';
import { operation } from '../http/operation.js';
import { MAX_COUNT, Metadata, UnixSeconds, harmless, refused } from '../http/schemas.js';

/** Answers of one request over all its prompts; each of them is a generation of its own. */
const MAX_CHOICES = 128;
/** OpenAI's default, which is short on purpose: a model that was not taught to stop would go on and on. */
const DEFAULT_MAX_TOKENS = 16;

const Prompt = z.string().min(1);

const CompletionBody = z
  .strictObject({
    model: z.string().min(1).meta({ description: "A model's public id, `name@alias` or `name@version`." }),
    prompt: z
      .union([Prompt, z.array(Prompt, 'expected a text or a list of texts; lists of token ids are not supported').min(1).max(MAX_CHOICES)])
      .meta({ description: 'A text, or several, each continued on its own.' }),
    ...samplingFields,
    max_tokens: z
      .int()
      .min(1)
      .max(MAX_COUNT)
      .nullish()
      .transform((given) => given ?? DEFAULT_MAX_TOKENS)
      .meta({ description: `Tokens that an answer may have at most; ${DEFAULT_MAX_TOKENS} when left out.` }),
    n: z
      .int()
      .min(1)
      .max(MAX_CHOICES)
      .nullish()
      .transform((given) => given ?? 1)
      .meta({ description: 'How many answers a prompt gets.' }),
    echo: z.boolean().nullish().meta({ description: 'Put the prompt before its answer.' }),
    stream: z.boolean().nullish().meta({ description: 'Send the answer as it is written, as server-sent events.' }),
    stream_options: z
      .strictObject({
        include_usage: z.boolean().nullish().meta({ description: 'Send a last chunk with the token counts.' }),
        include_obfuscation: harmless(z.boolean(), 'Chunks are never padded.'),
      })
      .nullish(),
    user: harmless(z.string(), 'Taken and not heeded.'),
    metadata: harmless(Metadata, 'Taken and not kept.'),
    best_of: harmless(z.literal(1, 'only 1 is supported; use n for several answers'), 'Only 1.'),
    suffix: refused('suffix', 'models here write on from the end of a text'),
    logprobs: refused('logprobs', 'the engine reports no probabilities'),
    logit_bias: refused('logit_bias', 'the engine takes no bias'),
  })
  .refine((body) => body.n * (Array.isArray(body.prompt) ? body.prompt.length : 1) <= MAX_CHOICES, {
    path: ['n'],
    message: `prompts times n may be ${MAX_CHOICES} at most`,
  });

/** A completion request as it was checked. */
export type CompletionInput = z.output<typeof CompletionBody>;

const Choice = z.object({ index: z.int(), text: z.string(), logprobs: z.null(), finish_reason: z.enum(['stop', 'length']).nullable() });

const Completion = z
  .object({
    id: z.string(),
    object: z.literal('text_completion'),
    created: UnixSeconds,
    model: z.string(),
    choices: z.array(Choice),
    usage: TokenUsage.nullable().optional(),
  })
  .meta({ id: 'Completion' });

/** A complete answer. */
export type CompletionView = z.output<typeof Completion>;

export const createCompletion = operation({
  id: 'createCompletion',
  method: 'POST',
  path: '/v1/completions',
  tag: 'Generation',
  summary: 'Write on from a text, which is sent to the model as it is',
  body: CompletionBody,
  answer: { kind: 'json-or-events', schema: Completion, event: Completion },
  changes: false,
  texts: ['prompt', 'stop'],
});
