export { Database, type DatabaseOptions, openDatabase, type TransactionOptions } from './database.js';
export { isConnectionFailure, isSerializationFailure, isUniqueViolation } from './failures.js';
export { newId } from './ids.js';
export { isolateByProject, type IsolationOptions } from './isolation.js';
export { jsonb } from './jsonb.js';
export type { StorageLogger } from './logger.js';
export type { Migration, Migrations } from './migrations.js';
export { type Page, pageBy, type PageRequest, type PagingOptions } from './paging.js';
export { PUBLIC_PROJECT, SYSTEM_PROJECT } from './projects.js';
