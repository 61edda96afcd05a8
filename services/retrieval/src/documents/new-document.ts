import { newId } from '@conch/storage';
import type { Store } from '../stores/store.entity.js';
import { type Attributes, type Chunking, Document } from './document.entity.js';
import type { FileFacts } from './file-source.js';

/** A document that waits to be indexed. */
export function newDocument(store: Store, file: FileFacts, wanted: { readonly chunking: Chunking; readonly attributes: Attributes }): Document {
  return new Document({
    id: newId('doc_'),
    projectId: store.facts.projectId,
    storeId: store.id,
    fileId: file.id,
    filename: file.filename,
    state: 'in_progress',
    errorCode: '',
    errorMessage: '',
    usageBytes: 0,
    attributes: wanted.attributes,
    chunking: wanted.chunking,
    createdAt: new Date(),
  });
}
