import type { Sampling } from '@conch/contracts/inference';
import type { PartialMessage } from '@conch/rpc';
import { z } from 'zod';
import { MAX_COUNT } from '../http/schemas.js';

const MAX_STOPS = 4;

/** How tokens are drawn: OpenAI's parameters, and after them those that vLLM's server added. */
export const samplingFields = {
  temperature: z.number().min(0).max(2).nullish().meta({ description: "0 always takes the likeliest token. Left out: the model's own default, else 1." }),
  top_p: z.number().min(0).max(1).nullish().meta({ description: "Left out: the model's own default, else 1." }),
  seed: z.int().nullish().meta({ description: 'The same seed, request and model give the same answer.' }),
  stop: z
    .union([z.string().min(1), z.array(z.string().min(1)).max(MAX_STOPS)])
    .nullish()
    .meta({ description: 'Up to four texts that end the answer; they are not part of it.' }),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  top_k: z.int().min(0).max(MAX_COUNT).nullish().meta({ description: 'Draw from the k likeliest tokens only; 0 draws from all.' }),
  repetition_penalty: z.number().positive().max(2).nullish(),
  ignore_eos: z.boolean().nullish().meta({ description: 'Do not end before the maximum of tokens; for measurements.' }),
};

/** The sampling part of a request, as it was checked. */
export interface SamplingInput {
  readonly temperature?: number | null | undefined;
  readonly top_p?: number | null | undefined;
  readonly seed?: number | null | undefined;
  readonly stop?: string | readonly string[] | null | undefined;
  readonly presence_penalty?: number | null | undefined;
  readonly frequency_penalty?: number | null | undefined;
  readonly top_k?: number | null | undefined;
  readonly repetition_penalty?: number | null | undefined;
  readonly ignore_eos?: boolean | null | undefined;
}

/** The sampling of one choice. Choices of one request get seeds of their own, or all of them would be the same. */
export function samplingOf(input: SamplingInput, maxTokens: number | undefined, choice = 0): PartialMessage<Sampling> {
  const { stop, seed } = input;
  return {
    maxTokens,
    temperature: input.temperature ?? undefined,
    topP: input.top_p ?? undefined,
    topK: input.top_k ?? undefined,
    seed: typeof seed === 'number' ? seedOf(seed, choice) : undefined,
    stop: typeof stop === 'string' ? [stop] : [...(stop ?? [])],
    presencePenalty: input.presence_penalty ?? undefined,
    frequencyPenalty: input.frequency_penalty ?? undefined,
    repetitionPenalty: input.repetition_penalty ?? undefined,
    ignoreEos: input.ignore_eos ?? false,
  };
}

/** Above the largest whole number that JSON carries exactly, seeds are counted downwards. */
function seedOf(seed: number, choice: number): number {
  return Number.isSafeInteger(seed + choice) ? seed + choice : seed - choice;
}
