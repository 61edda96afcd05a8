import type { Logger } from '@conch/telemetry';
import type { StoreRepository } from '../store.repository.js';

/** Frees the room of stores whose time is over; the stores themselves stay listed, as expired. */
export class ExpireStores {
  constructor(
    private readonly stores: StoreRepository,
    private readonly logger: Logger,
  ) {}

  async execute(at: Date): Promise<void> {
    const emptied = await this.stores.emptyExpired(at);
    if (emptied > 0) this.logger.info({ stores: emptied }, 'emptied expired vector stores');
  }
}
