import type { Page, PageRequest } from '@conch/storage';
import type { IndexedChunk, StoredChunk } from '../chunking/chunk.entity.js';
import type { Claim, Document, DocumentFault, DocumentState } from './document.entity.js';

/** Where documents and their chunks are kept, and the queue of those to be indexed. */
export abstract class DocumentRepository {
  /** Keeps a document; one of the same file is kept as it is, or indexed anew when it failed or is to be cut differently. */
  abstract attach(document: Document): Promise<Document>;

  abstract find(projectId: string, storeId: string, fileId: string): Promise<Document | null>;

  abstract list(
    projectId: string,
    storeId: string,
    query: { readonly page: Partial<PageRequest> | undefined; readonly state: DocumentState | null },
  ): Promise<Page<Document>>;

  /** The document's chunks in order. */
  abstract chunks(projectId: string, documentId: string): Promise<StoredChunk[]>;

  /** Removes a document with its chunks; says whether it was there. */
  abstract detach(projectId: string, storeId: string, fileId: string): Promise<boolean>;

  /** Claims the document that has waited longest, of any project; null when none is due. */
  abstract claim(leaseMs: number): Promise<Claim | null>;

  /** Prolongs a claim; false when it is lost, because the document was removed or claimed again. */
  abstract renew(claim: Claim, leaseMs: number): Promise<boolean>;

  /** Puts the chunks in place of earlier ones and announces it; false when the claim is lost, and then nothing is kept. */
  abstract complete(claim: Claim, chunks: readonly IndexedChunk[]): Promise<boolean>;

  /** Notes why the document cannot be indexed and announces it; false when the claim is lost. */
  abstract fail(claim: Claim, code: DocumentFault, message: string): Promise<boolean>;

  /** Gives the claim back, to be tried again after a pause. */
  abstract retryLater(claim: Claim, pauseMs: number): Promise<void>;
}
