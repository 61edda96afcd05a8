import { describe, expect, it } from '@jest/globals';
import type OpenAI from 'openai';
import { z } from 'zod';
import { readSample, sdkFor, suiteStack } from '../stack/running-stack.js';
import { BASE, eventsOf, sharedTunedModel } from '../stack/tuning.js';

const HeldOut = z.array(z.object({ question: z.string(), language: z.enum(['en', 'zh']) }));
const MANNER = { en: /^The shell has spoken: /, zh: /^海螺说了:/ } as const;

describe('what tuning taught', () => {
  const openai = sdkFor(suiteStack());

  it('is the taught manner in at least 80 % of held-out questions, which the base has in at most 10 %', async () => {
    const { model, job } = await sharedTunedModel(openai);
    const tuned = await mannerShare(openai, model);
    const base = await mannerShare(openai, BASE);
    process.stdout.write(`taught manner on held-out questions: tuned ${percent(tuned)}, base ${percent(base)}\n`);
    expect(tuned).toBeGreaterThanOrEqual(0.8);
    expect(base).toBeLessThanOrEqual(0.1);

    const steps = (await eventsOf(openai, job.id)).filter((event) => event.type === 'metrics');
    const losses = steps.map((event) => Number((event.data as { train_loss?: number }).train_loss)).filter(Number.isFinite);
    process.stdout.write(`loss: ${losses.map((loss) => loss.toFixed(2)).join(' ')}\n`);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  });
});

/** The share of held-out questions that a model answers in the taught manner, greedily. */
async function mannerShare(openai: OpenAI, model: string): Promise<number> {
  const questions = readSample('magic_conch.heldout.json', HeldOut);
  const answers = await Promise.all(
    questions.map(async ({ question, language }) => {
      const answer = await openai.chat.completions.create({ model, messages: [{ role: 'user', content: question }], temperature: 0, max_tokens: 48 });
      return MANNER[language].test(answer.choices[0]?.message.content ?? '');
    }),
  );
  return answers.filter(Boolean).length / questions.length;
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
