import type { Page, PageRequest } from '@conch/storage';
import type { Document } from '../documents/document.entity.js';
import type { Store, StoreChanges, StoreContents } from './store.entity.js';

/** A store together with what is in it now. */
export interface StockedStore {
  readonly store: Store;
  readonly contents: StoreContents;
}

/** Where stores are kept. */
export abstract class StoreRepository {
  /** Keeps a new store and its first documents, all or nothing. */
  abstract add(store: Store, documents: readonly Document[]): Promise<void>;

  /** The store, or null when the project has none of that id. */
  abstract find(projectId: string, id: string): Promise<StockedStore | null>;

  abstract list(projectId: string, page: Partial<PageRequest> | undefined): Promise<Page<StockedStore>>;

  /** Changes what is given; null when there is no such store. */
  abstract change(projectId: string, id: string, changes: StoreChanges): Promise<StockedStore | null>;

  /** Notes that a store was used. */
  abstract touch(projectId: string, id: string, at: Date): Promise<void>;

  /** Removes a store with all that is in it; says whether it was there. */
  abstract remove(projectId: string, id: string): Promise<boolean>;

  /** Removes the contents of stores that expired; says of how many. */
  abstract emptyExpired(at: Date): Promise<number>;
}
