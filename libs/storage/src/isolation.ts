import { type Kysely, sql } from 'kysely';
import { PROJECT_SETTING, PUBLIC_PROJECT, SYSTEM_PROJECT } from './projects.js';

/** How a table is isolated. */
export interface IsolationOptions {
  /** Lets every project read (never change) the rows of the project `public`. */
  readonly publicReadable?: boolean;
}

/**
 * Shows a table's rows only to the project named in its `project_id` column; for use in migrations. The policy is forced, so
 * it also holds for the role that owns the table, and a connection that names no project sees nothing.
 */
export async function isolateByProject<DB>(db: Kysely<DB>, table: string, options: IsolationOptions = {}): Promise<void> {
  const name = sql.table(table);
  // The sub-select is evaluated once a statement instead of once a row.
  const current = sql`(select current_setting(${sql.lit(PROJECT_SETTING)}, true))`;
  const own = sql`(project_id = ${current} or ${current} = ${sql.lit(SYSTEM_PROJECT)})`;
  await sql`alter table ${name} enable row level security`.execute(db);
  await sql`alter table ${name} force row level security`.execute(db);
  await sql`create policy project_rows on ${name} using ${own} with check ${own}`.execute(db);
  if (options.publicReadable === true) {
    await sql`create policy public_rows on ${name} for select using (project_id = ${sql.lit(PUBLIC_PROJECT)})`.execute(db);
  }
}
