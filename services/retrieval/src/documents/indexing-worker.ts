import { type Database, WakeUp } from '@conch/storage';
import type { Logger, Metrics } from '@conch/telemetry';
import { DOCUMENTS_CHANNEL, type RetrievalDatabase } from '../database.js';
import type { ExpireStores } from '../stores/expire-stores/expire-stores.js';
import type { Claim } from './document.entity.js';
import type { DocumentRepository } from './document.repository.js';
import type { IndexDocument } from './index-document/index-document.js';

export interface IndexingWorkerOptions {
  readonly database: Database<RetrievalDatabase>;
  readonly documents: DocumentRepository;
  readonly indexDocument: IndexDocument;
  readonly expireStores: ExpireStores;
  readonly slots: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const EXPIRE_EVERY_MS = 60_000;

/**
 * Works off the documents that wait, several at a time. Everything it knows is in the table: a document that a dead process had
 * claimed is claimed again when the lease is over.
 */
export class IndexingWorker {
  private readonly wakeUp = new WakeUp();
  private readonly stopping = new AbortController();
  private readonly busy = new Set<Promise<void>>();
  private running: Promise<void> | null = null;
  private unlisten: (() => Promise<void>) | null = null;
  private nextExpiryAt = 0;

  constructor(private readonly options: IndexingWorkerOptions) {}

  /** Begins to work; resolves once it listens for new documents. */
  async start(): Promise<void> {
    if (this.running !== null) return;
    this.unlisten = await this.options.database.listen(DOCUMENTS_CHANNEL, () => this.wakeUp.wake());
    this.running = this.run();
  }

  /** Ends soon: documents in hand are given back. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the service is stopping'));
    this.wakeUp.wake();
    await this.running;
    await Promise.all(this.busy);
    await this.unlisten?.();
  }

  private async run(): Promise<void> {
    const { logger, pollMs, slots } = this.options;
    while (!this.stopping.signal.aborted) {
      let claim: Claim | null = null;
      try {
        await this.expire();
        if (this.busy.size < slots) claim = await this.options.documents.claim(this.options.leaseMs);
      } catch (thrown) {
        logger.warn({ err: thrown }, 'looking for documents to index failed; trying again');
      }
      if (claim === null) await this.wakeUp.wait(pollMs);
      else this.take(claim);
    }
  }

  private take(claim: Claim): void {
    const { indexDocument, logger, metrics } = this.options;
    const stopTimer = metrics.histogram('conch_indexing_seconds', 'Time to index a document', [], [0.1, 0.5, 1, 5, 15, 60, 300]).startTimer();
    const work: Promise<void> = indexDocument
      .execute(claim, this.stopping.signal)
      // The claim runs out, and then the document is claimed again.
      .catch((thrown: unknown) => logger.warn({ err: thrown, documentId: claim.document.id }, 'a document could not be settled'))
      .finally(() => {
        stopTimer();
        this.busy.delete(work);
        this.wakeUp.wake();
      });
    this.busy.add(work);
  }

  private async expire(): Promise<void> {
    if (Date.now() < this.nextExpiryAt) return;
    this.nextExpiryAt = Date.now() + EXPIRE_EVERY_MS;
    await this.options.expireStores.execute(new Date());
  }
}
