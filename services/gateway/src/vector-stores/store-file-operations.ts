import { z } from 'zod';
import { operation } from '../http/operation.js';
import { deletedOf, listOf, orderedListQuery } from '../http/schemas.js';
import { Attributes, ChunkingStrategy, FileBatch, VectorStoreFile } from './store-fields.js';

const MAX_BATCH = 500;

const AtStore = z.strictObject({ vector_store_id: z.string() });
const AtFile = AtStore.extend({ file_id: z.string() });
const AtBatch = AtStore.extend({ batch_id: z.string() });
const tag = 'Vector stores';
const file = { kind: 'json', schema: VectorStoreFile } as const;
const batch = { kind: 'json', schema: FileBatch } as const;
const files = '/v1/vector_stores/:vector_store_id/files';
const batches = '/v1/vector_stores/:vector_store_id/file_batches';

const FileQuery = z.strictObject({
  ...orderedListQuery({ standard: 20, max: 100 }),
  filter: z.enum(['in_progress', 'completed', 'failed', 'cancelled']).optional().meta({ description: 'Only files in this state.' }),
});

const Attachment = z.strictObject({ file_id: z.string().min(1), attributes: Attributes.nullish(), chunking_strategy: ChunkingStrategy });

export const attachFile = operation({
  id: 'createVectorStoreFile',
  method: 'POST',
  path: files,
  tag,
  summary: 'Attach a file to a vector store; it is indexed in the background',
  params: AtStore,
  body: Attachment,
  answer: file,
});

export const listStoreFiles = operation({
  id: 'listVectorStoreFiles',
  method: 'GET',
  path: files,
  tag,
  summary: 'List the files of a vector store',
  params: AtStore,
  query: FileQuery,
  answer: { kind: 'json', schema: listOf(VectorStoreFile) },
});

export const getStoreFile = operation({
  id: 'getVectorStoreFile',
  method: 'GET',
  path: `${files}/:file_id`,
  tag,
  summary: 'Look at a file of a vector store',
  params: AtFile,
  answer: file,
});

export const updateStoreFile = operation({
  id: 'updateVectorStoreFile',
  method: 'POST',
  path: `${files}/:file_id`,
  tag,
  summary: 'Replace the attributes of a file',
  params: AtFile,
  body: z.strictObject({ attributes: Attributes.nullable() }),
  answer: file,
});

export const detachFile = operation({
  id: 'deleteVectorStoreFile',
  method: 'DELETE',
  path: `${files}/:file_id`,
  tag,
  summary: 'Take a file out of a vector store; the file itself stays',
  params: AtFile,
  answer: { kind: 'json', schema: deletedOf('vector_store.file.deleted') },
});

const ContentPage = z
  .object({
    object: z.literal('vector_store.file_content.page'),
    data: z.array(z.object({ type: z.literal('text'), text: z.string() })),
    has_more: z.literal(false),
    next_page: z.null(),
  })
  .meta({ id: 'VectorStoreFileContentPage' });

/** A file's passages. */
export type ContentPageView = z.output<typeof ContentPage>;

export const readStoreFile = operation({
  id: 'readVectorStoreFile',
  method: 'GET',
  path: `${files}/:file_id/content`,
  tag,
  summary: 'Read the passages that a file was cut into',
  params: AtFile,
  answer: { kind: 'json', schema: ContentPage },
});

const BatchBody = z
  .strictObject({
    file_ids: z.array(z.string().min(1)).min(1).max(MAX_BATCH).nullish().meta({ description: 'Files to attach alike. Give these or `files`.' }),
    files: z.array(Attachment).min(1).max(MAX_BATCH).nullish().meta({ description: 'Files to attach, each in its own way.' }),
    attributes: Attributes.nullish(),
    chunking_strategy: ChunkingStrategy,
  })
  .refine((body) => (body.file_ids == null) !== (body.files == null), { path: ['file_ids'], message: 'give either file_ids or files' });

/** A batch as it was asked for. */
export type BatchInput = z.output<typeof BatchBody>;

export const createFileBatch = operation({
  id: 'createVectorStoreFileBatch',
  method: 'POST',
  path: batches,
  tag,
  summary: 'Attach several files to a vector store',
  params: AtStore,
  body: BatchBody,
  answer: batch,
});

export const getFileBatch = operation({
  id: 'getVectorStoreFileBatch',
  method: 'GET',
  path: `${batches}/:batch_id`,
  tag,
  summary: 'Look at a batch of files',
  params: AtBatch,
  answer: batch,
});

export const cancelFileBatch = operation({
  id: 'cancelVectorStoreFileBatch',
  method: 'POST',
  path: `${batches}/:batch_id/cancel`,
  tag,
  summary: 'Take the files of a batch that are not indexed yet out of the vector store',
  params: AtBatch,
  answer: batch,
});

export const listFileBatch = operation({
  id: 'listFilesInVectorStoreBatch',
  method: 'GET',
  path: `${batches}/:batch_id/files`,
  tag,
  summary: 'List the files of a batch',
  params: AtBatch,
  query: FileQuery,
  answer: { kind: 'json', schema: listOf(VectorStoreFile) },
});
