import { z } from 'zod';
import { operation } from '../http/operation.js';

const TAG = 'About';

export const showOpenApi = operation({
  ...{ id: 'showOpenApi', method: 'GET', path: '/openapi.json', tag: TAG, summary: 'This description', isPublic: true },
  answer: { kind: 'json', schema: z.record(z.string(), z.unknown()) },
});

export const showDocs = operation({
  ...{ id: 'showDocs', method: 'GET', path: '/docs', tag: TAG, summary: 'This description, to be read and tried', isPublic: true },
  answer: { kind: 'bytes', type: 'text/html' },
});

export const showDocsFile = operation({
  ...{ id: 'showDocsFile', method: 'GET', path: '/docs/:file', tag: TAG, summary: 'What the page of the documentation is made of', isPublic: true },
  params: z.strictObject({ file: z.string() }),
  answer: { kind: 'bytes' },
});
