import { z } from 'zod';
import { operation } from '../http/operation.js';
import { harmless } from '../http/schemas.js';

const MAX_INPUTS = 2_048;

const Text = z.string().min(1);

const EmbeddingBody = z.strictObject({
  model: z.string().min(1),
  input: z
    .union([Text, z.array(z.string('expected a text; lists of token ids are not supported').min(1)).min(1).max(MAX_INPUTS)])
    .meta({ description: `A text, or up to ${MAX_INPUTS} of them. Lists of token ids are refused.` }),
  encoding_format: z.enum(['float', 'base64']).nullish().meta({ description: '`base64` is the little-endian 32-bit floats themselves.' }),
  dimensions: z
    .int()
    .min(1)
    .nullish()
    .meta({ description: "Keep the first numbers of each vector only, scaled to length 1 again. At most the model's own number; fewer find less." }),
  user: harmless(z.string(), 'Taken and not heeded.'),
});

/** An embedding request as it was checked. */
export type EmbeddingInput = z.output<typeof EmbeddingBody>;

const EmbeddingList = z
  .object({
    object: z.literal('list'),
    data: z.array(z.object({ object: z.literal('embedding'), index: z.int(), embedding: z.union([z.array(z.number()), z.string()]) })),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .meta({ id: 'EmbeddingList' });

/** The vectors of a request. */
export type EmbeddingListView = z.output<typeof EmbeddingList>;

export const createEmbedding = operation({
  id: 'createEmbedding',
  method: 'POST',
  path: '/v1/embeddings',
  tag: 'Embeddings',
  summary: 'Turn texts into vectors that are near each other when the texts mean alike',
  body: EmbeddingBody,
  answer: { kind: 'json', schema: EmbeddingList },
  changes: false,
  texts: ['input'],
});
