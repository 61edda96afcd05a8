const DAY_MS = 24 * 60 * 60 * 1_000;

export interface StoreFacts {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly embeddingModel: string;
  /** 0 keeps the store for ever. */
  readonly expiresAfterDays: number;
  readonly createdAt: Date;
  readonly lastActiveAt: Date;
}

/** What may be changed of a store; what is absent stays. */
export interface StoreChanges {
  readonly name?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly expiresAfterDays?: number | undefined;
}

/** A collection of documents that are searched together. */
export class Store {
  constructor(readonly facts: StoreFacts) {}

  get id(): string {
    return this.facts.id;
  }

  /** When the store ends if nobody uses it before; null for one that is kept. */
  get expiresAt(): Date | null {
    const { expiresAfterDays, lastActiveAt } = this.facts;
    return expiresAfterDays === 0 ? null : new Date(lastActiveAt.getTime() + expiresAfterDays * DAY_MS);
  }

  isExpired(at: Date): boolean {
    return this.expiresAt !== null && this.expiresAt <= at;
  }

  changed(changes: StoreChanges): Store {
    const { name = this.facts.name, metadata = this.facts.metadata, expiresAfterDays = this.facts.expiresAfterDays } = changes;
    return new Store({ ...this.facts, name, metadata, expiresAfterDays });
  }
}

/** How many documents of a store are in which state, and the room they take. */
export interface StoreContents {
  readonly inProgress: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly usageBytes: number;
}

export const EMPTY_STORE: StoreContents = { inProgress: 0, completed: 0, failed: 0, cancelled: 0, usageBytes: 0 };
