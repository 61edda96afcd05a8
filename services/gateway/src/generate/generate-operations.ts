import { z } from 'zod';
import { operation } from '../http/operation.js';

const GeneratedText = z.object({ generated_text: z.string() }).meta({ id: 'GeneratedText' });

/** The answer of the shortest route to a model. */
export type GeneratedTextView = z.output<typeof GeneratedText>;

export const generateText = operation({
  id: 'generateText',
  method: 'GET',
  path: '/generate',
  tag: 'Generation',
  summary: 'Answer one question; the shortest way to try a model',
  query: z.strictObject({
    prompt: z.string().min(1).meta({ description: 'What to ask.' }),
    model: z.string().min(1).optional().meta({ description: "The model to ask; the server's default when left out." }),
    max_tokens: z.coerce.number().int().min(1).optional().meta({ description: 'Tokens that the answer may have at most.' }),
    temperature: z.coerce.number().min(0).max(2).optional().meta({ description: '0 always takes the likeliest token.' }),
  }),
  answer: { kind: 'json', schema: GeneratedText },
});
