import { StoreNotFound } from '../store.errors.js';
import type { StoreChanges } from '../store.entity.js';
import { checkExpiry, checkMetadata, checkName } from '../store-fields.js';
import type { StockedStore, StoreRepository } from '../store.repository.js';

export interface UpdateStoreCommand extends StoreChanges {
  readonly projectId: string;
  readonly id: string;
}

/** Changes a store's name, metadata or expiry. */
export class UpdateStore {
  constructor(private readonly stores: StoreRepository) {}

  async execute({ projectId, id, name, metadata, expiresAfterDays }: UpdateStoreCommand): Promise<StockedStore> {
    if (name !== undefined) checkName(name);
    if (metadata !== undefined) checkMetadata(metadata);
    if (expiresAfterDays !== undefined) checkExpiry(expiresAfterDays);
    const changed = await this.stores.change(projectId, id, { name, metadata, expiresAfterDays });
    if (changed === null) throw new StoreNotFound(id);
    return changed;
  }
}
