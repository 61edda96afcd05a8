import { setTimeout as delay } from 'node:timers/promises';
import { Database, type DatabaseOptions, isolateByProject, type Migrations, type TransactionOptions } from '@conch/storage';
import { createLogger, createMetrics, type Logger, type Metrics } from '@conch/telemetry';
import { type Kysely, sql, type Transaction } from 'kysely';
import { type EventTables, inboxMigration, outboxMigration } from './index.js';

/** What the tests' handlers write. */
export interface Tables extends EventTables {
  readonly effects: { readonly event_id: string; readonly project_id: string; readonly text: string };
}

export const migrations: Migrations = {
  ...outboxMigration,
  ...inboxMigration,
  '0001_effects': {
    up: async (db: Kysely<unknown>) => {
      // No unique constraint: an effect that happened twice must show.
      await sql`create table effects (n bigint generated always as identity, event_id text, project_id text, text text)`.execute(db);
      await isolateByProject(db, 'effects');
    },
  },
};

/** A database whose process dies where a test wants it to: before a commit, or right after one. */
export class DyingDatabase<DB> extends Database<DB> {
  constructor(
    options: DatabaseOptions,
    private readonly dies: () => 'before commit' | 'after commit' | null,
  ) {
    super(options);
  }

  override async inProject<T>(projectId: string, work: (tx: Transaction<DB>) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.dying((dying) => super.inProject(projectId, dying(work), options));
  }

  override async asSystem<T>(work: (tx: Transaction<DB>) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.dying((dying) => super.asSystem(dying(work), options));
  }

  private async dying<T>(transact: (wrap: (work: (tx: Transaction<DB>) => Promise<T>) => (tx: Transaction<DB>) => Promise<T>) => Promise<T>): Promise<T> {
    const end = this.dies();
    const result = await transact((work) => async (tx) => {
      const done = await work(tx);
      if (end === 'before commit') throw new Error('died before the commit');
      return done;
    });
    if (end === 'after commit') throw new Error('died after the commit');
    return result;
  }
}

export const logger: Logger = createLogger({ service: 'test', level: 'silent' });
export const metrics: Metrics = createMetrics('test');

/** Waits until a claim holds. */
export async function until(claim: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await claim())) {
    if (Date.now() > deadline) throw new Error(`it did not come true within ${withinMs} ms`);
    await delay(20);
  }
}
