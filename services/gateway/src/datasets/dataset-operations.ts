import { z } from 'zod';
import { operation } from '../http/operation.js';
import { UnixSeconds, listOf, orderedListQuery } from '../http/schemas.js';

const TAG = 'Datasets';
const PATH = '/v1/datasets/versions';

const DatasetVersion = z
  .object({
    id: z.string(),
    object: z.literal('dataset.version'),
    dataset_id: z.string(),
    file_id: z.string(),
    digest: z.string().meta({ description: 'Of the rows in their canonical form: equal data has equal digests, whatever file it came in.' }),
    format: z.string().meta({ description: 'openai-chat or alpaca' }),
    rows: z.int(),
    last_answer_only: z.boolean().meta({ description: 'Only the last answer of each row is trained, because the file excludes answers with weight 0.' }),
    created_at: UnixSeconds,
  })
  .meta({ id: 'DatasetVersion' });

/** A dataset version as the outside sees it. */
export type DatasetVersionView = z.output<typeof DatasetVersion>;

export const listDatasetVersions = operation({
  ...{ id: 'listDatasetVersions', method: 'GET', path: PATH, tag: TAG, summary: 'List the checked, immutable versions of your training data' },
  query: z.strictObject(orderedListQuery({ standard: 20, max: 100 })),
  answer: { kind: 'json', schema: listOf(DatasetVersion) },
});

export const retrieveDatasetVersion = operation({
  ...{ id: 'retrieveDatasetVersion', method: 'GET', path: `${PATH}/:id`, tag: TAG, summary: 'Look at one version' },
  params: z.strictObject({ id: z.string().meta({ description: "The version's id, or that of the file which it was made of." }) }),
  answer: { kind: 'json', schema: DatasetVersion },
});
