import { Refusal } from '@conch/errors';
import { type ControlledTransaction, Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import { commitUnknown, databaseUnavailable, isConnectionFailure, isSerializationFailure, tooMuchContention } from './failures.js';
import { Listener } from './listener.js';
import type { StorageLogger } from './logger.js';
import { type Migrations, runMigrations } from './migrations.js';
import { PROJECT_SETTING, SYSTEM_PROJECT } from './projects.js';
import { waitForNextTry } from './retry.js';
import { pgTypes } from './types.js';

/** How a database is opened. */
export interface DatabaseOptions {
  /** A `postgres://` address of a role that owns the database and is no superuser, so that row-level security holds for it. */
  readonly url: string;
  /** The service that owns the database; shown in `pg_stat_activity` and in refusals. */
  readonly service: string;
  readonly poolSize?: number;
  readonly logger: StorageLogger;
  /** How long a transaction is tried again while the database is away or others are in its way. */
  readonly retryForMs?: number;
  readonly statementTimeoutMs?: number;
}

/** How a transaction is run. */
export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** How long this transaction is tried again; 0 tries once. */
  readonly retryForMs?: number;
}

const DEFAULTS = { poolSize: 10, retryForMs: 10_000, statementTimeoutMs: 30_000, connectTimeoutMs: 5_000, idleInTransactionMs: 120_000 } as const;

/**
 * One service's Postgres database.
 *
 * Every access is a transaction that names the project it works for. A transaction is tried again, as a whole and for a bounded
 * time, when it failed before its commit was sent because the database could not be reached or the connection was lost, and when
 * Postgres rolled it back as a serialization failure or a deadlock. So `work` may run more than once: it must change nothing but
 * the database. A connection lost during the commit is never retried, because the change may be stored: that is the refusal
 * `COMMIT_OUTCOME_UNKNOWN`. Every such end has the kind `unavailable`; errors that `work` throws pass through unchanged.
 */
export class Database<DB> {
  private readonly db: Kysely<DB>;
  private readonly listener: Listener;
  private closing: Promise<void> | null = null;

  constructor(private readonly options: DatabaseOptions) {
    const connection = {
      connectionString: options.url,
      application_name: `conch-${options.service}`,
      connectionTimeoutMillis: DEFAULTS.connectTimeoutMs,
      keepAlive: true,
    };
    const pool = new pg.Pool({
      ...connection,
      // Migrations hold their lock on a connection beside the one they work on.
      max: Math.max(2, options.poolSize ?? DEFAULTS.poolSize),
      statement_timeout: options.statementTimeoutMs ?? DEFAULTS.statementTimeoutMs,
      idle_in_transaction_session_timeout: DEFAULTS.idleInTransactionMs,
      types: pgTypes,
    });
    const lost = (error: Error): void => options.logger.warn({ err: error, service: options.service }, 'lost a database connection');
    // Idle clients report to the pool, busy ones to themselves; an 'error' event without a listener would end the process.
    pool.on('error', lost);
    pool.on('connect', (client) => client.on('error', lost));
    this.db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
    this.listener = new Listener(connection, options.logger);
  }

  /** Runs `work` in a transaction that sees and writes only the rows of one project. */
  async inProject<T>(projectId: string, work: (tx: Transaction<DB>) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (projectId === '' || projectId === SYSTEM_PROJECT) {
      throw new Refusal('internal', 'PROJECT_MISSING', `${this.options.service} was asked to work in a project without naming one`);
    }
    return this.transact(projectId, work, options);
  }

  /** Runs `work` in a transaction that sees the rows of every project; for work the platform does on its own account. */
  async asSystem<T>(work: (tx: Transaction<DB>) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.transact(SYSTEM_PROJECT, work, options);
  }

  /** Brings the schema up to date, one process at a time; waits a bounded time for a database that is still starting. */
  async migrate(migrations: Migrations): Promise<void> {
    await runMigrations(this.db, migrations, { service: this.options.service, logger: this.options.logger });
  }

  /**
   * Calls `onNotify` for every notification on a channel until the returned function is called. After a lost connection it
   * listens again and calls `onNotify` once with an empty payload, because notifications may have been missed meanwhile.
   */
  async listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>> {
    return this.listener.add(channel, onNotify);
  }

  /** Answers when the database does; throws a refusal of kind `unavailable` when it does not. */
  async ping(): Promise<void> {
    try {
      await sql`select 1`.execute(this.db);
    } catch (thrown) {
      throw databaseUnavailable(this.options.service, thrown);
    }
  }

  /** Closes every connection after the work in flight has ended. */
  async close(): Promise<void> {
    this.closing ??= Promise.all([this.listener.close(), this.db.destroy()]).then(() => undefined);
    return this.closing;
  }

  private async transact<T>(projectId: string, work: (tx: Transaction<DB>) => Promise<T>, options: TransactionOptions): Promise<T> {
    const deadlineMs = Date.now() + (options.retryForMs ?? this.options.retryForMs ?? DEFAULTS.retryForMs);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.tryOnce(projectId, work, options);
      } catch (thrown) {
        const away = isConnectionFailure(thrown);
        if (!away && !isSerializationFailure(thrown)) throw thrown;
        if (!(await waitForNextTry(attempt, deadlineMs))) {
          throw away ? databaseUnavailable(this.options.service, thrown) : tooMuchContention(this.options.service, thrown);
        }
      }
    }
  }

  private async tryOnce<T>(projectId: string, work: (tx: Transaction<DB>) => Promise<T>, options: TransactionOptions): Promise<T> {
    const tx = await this.db
      .startTransaction()
      .setIsolationLevel(options.isolation ?? 'read committed')
      .execute();
    let result: T;
    try {
      await sql`select set_config(${PROJECT_SETTING}, ${projectId}, true)`.execute(tx);
      result = await work(tx);
    } catch (thrown) {
      await this.rollBack(tx);
      throw thrown;
    }
    try {
      await tx.commit().execute();
    } catch (thrown) {
      await this.rollBack(tx);
      if (isConnectionFailure(thrown)) throw commitUnknown(this.options.service, thrown);
      throw thrown;
    }
    return result;
  }

  /** Ends a failed transaction; that the rollback fails too means a lost connection, on which Postgres rolls back by itself. */
  private async rollBack(tx: ControlledTransaction<DB>): Promise<void> {
    if (tx.isCommitted || tx.isRolledBack) return;
    try {
      await tx.rollback().execute();
    } catch (thrown) {
      this.options.logger.warn({ err: thrown, service: this.options.service }, 'could not roll back; the connection is gone');
    }
  }
}

/** Opens a service's database; connections are made when they are needed, so this does not fail while Postgres is away. */
export function openDatabase<DB>(options: DatabaseOptions): Database<DB> {
  return new Database<DB>(options);
}
