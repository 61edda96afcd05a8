import { z } from 'zod';
import type { Ending } from './generations.js';

/** OpenAI's count of tokens for chat and completions. */
export const TokenUsage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }).meta({ id: 'TokenUsage' });

/** Adds up the choices of a request; a prompt counts once, however many answers it gets. */
export function tokenUsage(endings: readonly Ending[], choicesPerPrompt: number): z.output<typeof TokenUsage> {
  let prompt = 0;
  let completion = 0;
  for (const [choice, ending] of endings.entries()) {
    if (choice % choicesPerPrompt === 0) prompt += ending.promptTokens;
    completion += ending.completionTokens;
  }
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
