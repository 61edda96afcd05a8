import { z } from 'zod';
import { JobStatus } from '../fine-tuning/job-operations.js';
import { operation } from '../http/operation.js';
import { UnixSeconds, listOf, listQuery } from '../http/schemas.js';

const TAG = 'Registry';
const PATH = '/v1/registry/imports';

const Import = z
  .object({
    id: z.string(),
    object: z.literal('registry.import'),
    model: z.string(),
    status: JobStatus,
    phase: z.string().nullable().meta({ description: 'What the running attempt is at.' }),
    error: z.object({ code: z.string(), message: z.string(), param: z.string().nullable() }).nullable(),
    created_at: UnixSeconds,
    finished_at: UnixSeconds.nullable(),
  })
  .meta({ id: 'RegistryImport' });

/** An import of a base model as the outside sees it. */
export type ImportView = z.output<typeof Import>;

export const createImport = operation({
  ...{ id: 'createImport', method: 'POST', path: PATH, tag: TAG },
  summary: 'Bring a base model in from a hub or a folder of the server; its events are those of the job with the same id',
  body: z.strictObject({
    name: z.string().min(1).meta({ description: 'The public id that the model gets.' }),
    source: z.string().min(1).meta({ description: '`hf:<repository>[@revision]`, or `local:<folder>` below the folder of base models.' }),
  }),
  idempotency: 'own',
  answer: { kind: 'json', schema: Import },
});

export const listImports = operation({
  ...{ id: 'listImports', method: 'GET', path: PATH, tag: TAG, summary: 'List imports, newest first' },
  query: z.strictObject(listQuery({ standard: 20, max: 100 })),
  answer: { kind: 'json', schema: listOf(Import) },
});

export const retrieveImport = operation({
  ...{ id: 'retrieveImport', method: 'GET', path: `${PATH}/:id`, tag: TAG, summary: 'Look at one import' },
  params: z.strictObject({ id: z.string() }),
  answer: { kind: 'json', schema: Import },
});
