import { z } from 'zod';
import { operation } from '../http/operation.js';
import { UnixSeconds, deletedOf, listOf, listQuery, wholeNumber } from '../http/schemas.js';

const ALL_FILES_A_PAGE = 10_000;
const EXPIRY_SECONDS = { min: 3_600, max: 2_592_000 } as const;

const UploadPurpose = z.enum(['fine-tune', 'assistants', 'user_data', 'batch', 'vision', 'evals']);
const AnyPurpose = z.enum([...UploadPurpose.options, 'fine-tune-results', 'batch_output', 'assistants_output']);

const File = z
  .object({
    id: z.string(),
    object: z.literal('file'),
    bytes: z.int(),
    created_at: UnixSeconds,
    expires_at: UnixSeconds.nullable(),
    filename: z.string(),
    purpose: z.string().meta({ description: AnyPurpose.options.join(', ') }),
    status: z.string().meta({ description: 'uploaded, processed or error' }),
    status_details: z.string().nullable(),
    dataset_version_id: z.string().nullable().meta({ description: 'The dataset version that a training file became.' }),
  })
  .meta({ id: 'File' });

/** A file as the outside sees it. */
export type FileView = z.output<typeof File>;

/** What the form of an upload says beside the file itself. */
export const UploadFields = z.strictObject({
  purpose: UploadPurpose.meta({ description: 'What the file is for; a file to fine-tune on is checked while it arrives.' }),
  expires_after: z
    .strictObject({
      anchor: z.literal('created_at'),
      seconds: wholeNumber(EXPIRY_SECONDS.min, EXPIRY_SECONDS.max).meta({ description: 'From an hour to 30 days.' }),
    })
    .optional()
    .meta({ description: 'When the file may be removed; it is kept when this is left out.' }),
});

const id = z.strictObject({ id: z.string().meta({ description: "The file's id." }) });

export const createFile = operation({
  id: 'createFile',
  method: 'POST',
  path: '/v1/files',
  tag: 'Files',
  summary: 'Upload a file; the form is read as a stream, so its size costs no memory',
  isMultipart: true,
  idempotency: 'own',
  body: UploadFields.extend({ file: z.string().meta({ format: 'binary', description: 'The file; it is checked at once when its purpose precedes it.' }) }),
  answer: { kind: 'json', schema: File },
});

export const listFiles = operation({
  id: 'listFiles',
  method: 'GET',
  path: '/v1/files',
  tag: 'Files',
  summary: 'List your files',
  query: z.strictObject({
    ...listQuery({ standard: ALL_FILES_A_PAGE, max: ALL_FILES_A_PAGE }),
    order: z.enum(['asc', 'desc']).default('desc').meta({ description: 'By time of creation.' }),
    purpose: AnyPurpose.optional().meta({ description: 'Only files with this purpose.' }),
  }),
  answer: { kind: 'json', schema: listOf(File) },
});

export const retrieveFile = operation({
  id: 'retrieveFile',
  method: 'GET',
  path: '/v1/files/:id',
  tag: 'Files',
  summary: 'Look at one file',
  params: id,
  answer: { kind: 'json', schema: File },
});

export const retrieveFileContent = operation({
  id: 'retrieveFileContent',
  method: 'GET',
  path: '/v1/files/:id/content',
  tag: 'Files',
  summary: "Download a file's bytes",
  params: id,
  answer: { kind: 'bytes' },
});

export const deleteFile = operation({
  id: 'deleteFile',
  method: 'DELETE',
  path: '/v1/files/:id',
  tag: 'Files',
  summary: 'Delete a file, and with it its place in every vector store',
  params: id,
  answer: { kind: 'json', schema: deletedOf('file') },
});
