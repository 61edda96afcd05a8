import { z } from 'zod';
import { operation } from '../http/operation.js';
import { MAX_COUNT, wholeNumber } from '../http/schemas.js';

const GeneratedText = z.object({ generated_text: z.string() }).meta({ id: 'GeneratedText' });

/** The answer of the shortest route to a model. */
export type GeneratedTextView = z.output<typeof GeneratedText>;

function readDecimal(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : value;
}

export const generateText = operation({
  id: 'generateText',
  method: 'GET',
  path: '/generate',
  tag: 'Generation',
  summary: 'Answer one question; the shortest way to try a model',
  query: z.strictObject({
    prompt: z.string().min(1).meta({ description: 'What to ask.' }),
    model: z.string().min(1).optional().meta({ description: "The model to ask; the server's default when left out." }),
    max_tokens: wholeNumber(1, MAX_COUNT).optional().meta({ description: 'Tokens that the answer may have at most.' }),
    temperature: z
      .preprocess(readDecimal, z.number('expected a number in plain digits').min(0).max(2))
      .optional()
      .meta({ description: '0 always takes the likeliest token.' }),
  }),
  answer: { kind: 'json', schema: GeneratedText },
});
