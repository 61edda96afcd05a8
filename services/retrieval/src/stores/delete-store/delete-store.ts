import { StoreNotFound } from '../store.errors.js';
import type { StoreRepository } from '../store.repository.js';

/** Removes a store with its documents; the files stay. */
export class DeleteStore {
  constructor(private readonly stores: StoreRepository) {}

  async execute(projectId: string, id: string): Promise<void> {
    if (!(await this.stores.remove(projectId, id))) throw new StoreNotFound(id);
  }
}
