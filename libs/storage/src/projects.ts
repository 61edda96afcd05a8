/** The project whose rows every project may read in tables that were isolated with `publicReadable`. */
export const PUBLIC_PROJECT = 'public';

/** The project name of the platform itself: a transaction that carries it sees the rows of every project. */
export const SYSTEM_PROJECT = '*';

/** The Postgres setting that row-level security compares `project_id` with. */
export const PROJECT_SETTING = 'conch.project_id';
