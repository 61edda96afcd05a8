import { StoreNotFound } from '../store.errors.js';
import type { StockedStore, StoreRepository } from '../store.repository.js';

/** A store of the caller's project; refused when there is none. */
export class ReadStore {
  constructor(private readonly stores: StoreRepository) {}

  async execute(projectId: string, id: string): Promise<StockedStore> {
    const found = await this.stores.find(projectId, id);
    if (found === null) throw new StoreNotFound(id);
    return found;
  }
}
