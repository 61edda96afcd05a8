import type { Sampling } from '@conch/contracts/inference';
import type { ModelDefaults } from '../models/serving-folder.js';
import type { SamplingParameters } from '../triton/model-server.js';

/**
 * The engine's parameters for a request. What the caller leaves out comes from the model's own `generation_config.json`, as vLLM
 * does it; what that leaves out, from OpenAI's defaults (temperature 1, top_p 1).
 */
export function samplingFor(asked: Sampling | undefined, defaults: ModelDefaults, maxTokens: number): SamplingParameters {
  const isGreedyByDefault = defaults.do_sample === false;
  return {
    max_tokens: maxTokens,
    temperature: asked?.temperature ?? (isGreedyByDefault ? 0 : (defaults.temperature ?? 1)),
    top_p: asked?.topP ?? defaults.top_p ?? 1,
    ...optional('top_k', asked?.topK ?? defaults.top_k ?? undefined),
    ...optional('seed', asked?.seed),
    ...(asked === undefined || asked.stop.length === 0 ? {} : { stop: asked.stop }),
    ...optional('presence_penalty', asked?.presencePenalty),
    ...optional('frequency_penalty', asked?.frequencyPenalty),
    ...optional('repetition_penalty', asked?.repetitionPenalty ?? defaults.repetition_penalty ?? undefined),
    ...(asked?.ignoreEos === true ? { ignore_eos: true } : {}),
  };
}

function optional<K extends keyof SamplingParameters>(key: K, value: SamplingParameters[K] | undefined): Partial<SamplingParameters> {
  return value === undefined ? {} : { [key]: value };
}
