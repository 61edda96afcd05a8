import { Refusal } from '@conch/errors';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { databaseUnavailable, isConnectionFailure } from './failures.js';
import type { StorageLogger } from './logger.js';
import { PROJECT_SETTING, SYSTEM_PROJECT } from './projects.js';
import { waitForNextTry } from './retry.js';

export type { Migration };

/** Migrations by name; they run in the order of their names, each once, and those of libraries may be merged in. */
export type Migrations = Readonly<Record<string, Migration>>;

/** The advisory lock that processes of one service take while they migrate. */
const MIGRATION_LOCK = 7_266_283_411;
const WAIT_FOR_DATABASE_MS = 60_000;

interface MigrationContext {
  readonly service: string;
  readonly logger: StorageLogger;
}

/** Runs what is missing of the migrations, while other processes of the service wait for their turn. */
export async function runMigrations<DB>(db: Kysely<DB>, migrations: Migrations, context: MigrationContext): Promise<void> {
  const deadlineMs = Date.now() + WAIT_FOR_DATABASE_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await underLock(db, async () => {
        await refuseUnguardedRole(db, context.service);
        await migrate(db, migrations, context);
      });
      return;
    } catch (thrown) {
      // Every migration is a transaction with its own record, so what failed for want of a connection is done or undone as a whole.
      if (!isConnectionFailure(thrown)) throw thrown;
      if (!(await waitForNextTry(attempt, deadlineMs))) throw databaseUnavailable(context.service, thrown);
    }
  }
}

async function underLock<DB>(db: Kysely<DB>, work: () => Promise<void>): Promise<void> {
  await db.connection().execute(async (holder) => {
    // Waiting for another process's migrations may take longer than a statement normally may.
    await sql`set statement_timeout = 0`.execute(holder);
    await sql`select pg_advisory_lock(${sql.lit(MIGRATION_LOCK)})`.execute(holder);
    try {
      await work();
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(MIGRATION_LOCK)})`.execute(holder);
      await sql`reset statement_timeout`.execute(holder);
    }
  });
}

/** A superuser is not bound by row-level security, so a service that ran as one would have no isolation at all. */
async function refuseUnguardedRole<DB>(db: Kysely<DB>, service: string): Promise<void> {
  const found = await sql<{ role: string; unguarded: boolean }>`
    select rolname as role, rolsuper or rolbypassrls as unguarded from pg_roles where rolname = current_user`.execute(db);
  const row = found.rows[0];
  if (row === undefined || !row.unguarded) return;
  throw new Refusal(
    'precondition',
    'DATABASE_ROLE_UNGUARDED',
    `${service} connects as "${row.role}", which bypasses row-level security; give it a role of its own: ` +
      `create role ${service} login nosuperuser nobypassrls; create database ${service} owner ${service}`,
    { facts: { service, role: row.role } },
  );
}

async function migrate<DB>(db: Kysely<DB>, migrations: Migrations, { service, logger }: MigrationContext): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => seeingEverything(migrations) },
    // Libraries add migrations of their own, whose names sort between a service's.
    allowUnorderedMigrations: true,
  });
  const { error, results } = await migrator.migrateToLatest();
  for (const result of results ?? []) {
    if (result.status === 'Success') logger.info({ service, migration: result.migrationName }, 'migrated');
  }
  if (error === undefined) return;
  const reason = error instanceof Error ? error : new Error('the database failed', { cause: error });
  if (isConnectionFailure(error)) throw reason;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'unknown';
  throw new Refusal('internal', 'MIGRATION_FAILED', `migration ${failed} of ${service} failed: ${String(reason)}`, {
    facts: { service, migration: failed },
    cause: error,
  });
}

/** Migrations move rows of every project, so they work as the system. */
function seeingEverything(migrations: Migrations): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(migrations).map(([name, migration]) => [
      name,
      {
        up: async (db: Kysely<unknown>): Promise<void> => {
          await sql`select set_config(${PROJECT_SETTING}, ${SYSTEM_PROJECT}, true)`.execute(db);
          await migration.up(db);
        },
      },
    ]),
  );
}
