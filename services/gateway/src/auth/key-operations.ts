import { z } from 'zod';
import { operation } from '../http/operation.js';
import { UnixSeconds, deletedOf, listOf } from '../http/schemas.js';

const Key = z
  .object({
    id: z.string(),
    object: z.literal('api_key'),
    name: z.string(),
    hint: z.string().meta({ description: "The key's last characters." }),
    created_at: UnixSeconds,
  })
  .meta({ id: 'ApiKey' });

const NewKey = Key.extend({ key: z.string().meta({ description: 'The key itself; it is shown here and never again.' }) }).meta({ id: 'NewApiKey' });

/** A key as the outside sees it. */
export type KeyView = z.output<typeof Key>;
/** A key as it is shown once. */
export type NewKeyView = z.output<typeof NewKey>;

export const createKey = operation({
  id: 'createKey',
  method: 'POST',
  path: '/v1/keys',
  tag: 'Keys',
  summary: 'Make an API key for your project',
  body: z.strictObject({ name: z.string().trim().min(1).max(100).meta({ description: 'A name to know the key by.' }) }),
  // Answers are kept for repetitions, and a key is never kept.
  idempotency: 'none',
  answer: { kind: 'json', schema: NewKey },
});

export const listKeys = operation({
  id: 'listKeys',
  method: 'GET',
  path: '/v1/keys',
  tag: 'Keys',
  summary: "List your project's API keys",
  answer: { kind: 'json', schema: listOf(Key) },
});

export const deleteKey = operation({
  id: 'deleteKey',
  method: 'DELETE',
  path: '/v1/keys/:id',
  tag: 'Keys',
  summary: 'Delete an API key; it stops working at once',
  params: z.strictObject({ id: z.string() }),
  answer: { kind: 'json', schema: deletedOf('api_key') },
});
