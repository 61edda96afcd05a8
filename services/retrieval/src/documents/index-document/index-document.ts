import { setImmediate as breathe } from 'node:timers/promises';
import { asDomainError, DomainError, type ErrorKind } from '@conch/errors';
import type { Logger } from '@conch/telemetry';
import type { IndexedChunk } from '../../chunking/chunk.entity.js';
import { chunkDocument, type CutChunk } from '../../chunking/chunk-document.js';
import type { TokenCounter } from '../../chunking/token-counter.js';
import type { Embedder } from '../../embeddings/embedder.js';
import type { Claim } from '../document.entity.js';
import { DocumentRefused } from '../document.errors.js';
import type { DocumentRepository } from '../document.repository.js';
import type { FileSource } from '../file-source.js';
import { checkKind, readText } from '../read-text.js';

export interface IndexingRules {
  readonly leaseMs: number;
  readonly maxDocumentBytes: number;
}

/** What a document is indexed with. */
export interface IndexingParts {
  readonly documents: DocumentRepository;
  readonly files: FileSource;
  readonly embedder: Embedder;
  readonly counter: TokenCounter;
  readonly logger: Logger;
}

/** Texts of one embedding request. */
const BATCH = 32;
const CHUNKS_A_BREATH = 50;
/** A fault of our own may pass; a peer that is away comes back. */
const MAX_ATTEMPTS = 5;
const MAX_ATTEMPTS_WHILE_UNAVAILABLE = 100;
const LONGEST_PAUSE_MS = 30_000;
const WAITING_KINDS: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['unavailable', 'timeout', 'exhausted', 'cancelled']);
const FINAL_KINDS: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['not_found', 'invalid', 'too_large', 'forbidden']);

/** Said of a document that ends the process, or outlives every claim, each time it is tried. */
const NEVER_SETTLED = 'The document was tried many times and indexing it never came to an end; detach it, and attach it in smaller parts.';

/** The claim was taken over, or the document removed: whatever was made of it is thrown away. */
class ClaimLost extends Error {}

/** Reads, cuts and embeds one claimed document, and keeps the result or the reason why there is none. */
export class IndexDocument {
  constructor(
    private readonly parts: IndexingParts,
    private readonly rules: IndexingRules,
  ) {}

  async execute(claim: Claim, signal: AbortSignal): Promise<void> {
    const { documents, logger } = this.parts;
    const { id, storeId, fileId } = claim.document.facts;
    try {
      const chunks = await this.make(claim, signal);
      const isKept = await documents.complete(claim, chunks);
      logger.info({ documentId: id, storeId, fileId, chunks: chunks.length, isKept }, 'document indexed');
    } catch (thrown) {
      if (thrown instanceof ClaimLost) {
        logger.info({ documentId: id, storeId, fileId }, 'document was removed or taken over while it was indexed');
        return;
      }
      await this.settle(claim, thrown, signal);
    }
  }

  private async make(claim: Claim, signal: AbortSignal): Promise<IndexedChunk[]> {
    const { projectId, fileId, filename, chunking } = claim.document.facts;
    if (claim.attempts > MAX_ATTEMPTS_WHILE_UNAVAILABLE) throw new DocumentRefused('server_error', NEVER_SETTLED);
    checkKind(filename);
    const bytes = await this.parts.files.read(projectId, fileId, this.rules.maxDocumentBytes, signal);
    await this.keep(claim);
    const { text, isMarkdown } = readText(filename, bytes);
    const cut: CutChunk[] = [];
    let keptAt = Date.now();
    for (const chunk of chunkDocument(text, { isMarkdown, ...chunking }, this.parts.counter)) {
      cut.push(chunk);
      if (cut.length % CHUNKS_A_BREATH !== 0) continue;
      // Cutting is work without a pause of its own; requests must get their turn between, and a long document its claim prolonged.
      await breathe();
      signal.throwIfAborted();
      if (Date.now() - keptAt < this.rules.leaseMs / 4) continue;
      await this.keep(claim);
      keptAt = Date.now();
    }
    return this.embed(claim, cut, signal);
  }

  private async embed(claim: Claim, cut: readonly CutChunk[], signal: AbortSignal): Promise<IndexedChunk[]> {
    const texts = cut.flatMap(({ windows }) => windows);
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      signal.throwIfAborted();
      await this.keep(claim);
      vectors.push(...(await this.parts.embedder.embed(claim.document.facts.projectId, texts.slice(start, start + BATCH), signal)));
    }
    let taken = 0;
    return cut.map(({ chunk, windows }) => {
      taken += windows.length;
      return { ...chunk, vectors: vectors.slice(taken - windows.length, taken) };
    });
  }

  private async keep(claim: Claim): Promise<void> {
    if (!(await this.parts.documents.renew(claim, this.rules.leaseMs))) throw new ClaimLost();
  }

  private async settle(claim: Claim, thrown: unknown, signal: AbortSignal): Promise<void> {
    const { documents, logger } = this.parts;
    const facts = { err: thrown, documentId: claim.document.id, attempts: claim.attempts };
    if (thrown instanceof DocumentRefused) {
      logger.info(facts, 'document refused');
      await documents.fail(claim, thrown.fault, thrown.message);
      return;
    }
    // Stopping is not the document's fault; whoever starts next takes it up at once.
    if (signal.aborted) return documents.retryLater(claim, 0);
    const error = asDomainError(thrown);
    const limit = WAITING_KINDS.has(error.kind) ? MAX_ATTEMPTS_WHILE_UNAVAILABLE : MAX_ATTEMPTS;
    if (!FINAL_KINDS.has(error.kind) && claim.attempts < limit) {
      logger.warn(facts, 'document could not be indexed; it is tried again');
      return documents.retryLater(claim, Math.min(LONGEST_PAUSE_MS, 250 * 2 ** Math.min(claim.attempts, 10)));
    }
    logger.error(facts, 'document could not be indexed');
    await documents.fail(claim, FINAL_KINDS.has(error.kind) ? 'invalid_file' : 'server_error', reasonOf(thrown));
  }
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof DomainError) return thrown.message;
  return 'The document could not be indexed because of a fault on our side; detach it and attach it again.';
}
