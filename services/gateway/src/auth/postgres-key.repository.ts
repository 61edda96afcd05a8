import { Database, newId } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import { type Selectable, type Transaction, sql } from 'kysely';
import type { GatewayDatabase, KeysTable } from '../database.js';
import type { ApiKey, KeySecret } from './key.entity.js';
import { KeyNotFound, LastKey } from './key.errors.js';
import { KeyRepository } from './key.repository.js';

const DELETED_CHANNEL = 'conch_key_deleted';

/** API keys in the gateway's Postgres. */
@Injectable()
export class PostgresKeyRepository extends KeyRepository {
  constructor(private readonly database: Database<GatewayDatabase>) {
    super();
  }

  override async findByDigest(sha256: Buffer): Promise<ApiKey | null> {
    const row = await this.database.asSystem((tx) => select(tx).where('keys.sha256', '=', sha256).executeTakeFirst());
    return row === undefined ? null : entity(row);
  }

  override async list(projectId: string): Promise<readonly ApiKey[]> {
    const rows = await this.database.inProject(projectId, (tx) => select(tx).orderBy('keys.created_at').orderBy('keys.id').execute());
    return rows.map(entity);
  }

  override async create(projectId: string, name: string, secret: KeySecret): Promise<ApiKey> {
    const id = newId('key_');
    const row = await this.database.inProject(projectId, async (tx) => {
      await tx.insertInto('keys').values({ id, project_id: projectId, name, sha256: secret.sha256, hint: secret.hint }).execute();
      return select(tx).where('keys.id', '=', id).executeTakeFirstOrThrow();
    });
    return entity(row);
  }

  override async delete(projectId: string, id: string): Promise<void> {
    await this.database.inProject(projectId, async (tx) => {
      // The project's row is the lock that keeps two deletions from removing the last two keys.
      await sql`select id from projects where id = ${projectId} for update`.execute(tx);
      const keys = await tx.selectFrom('keys').select(['id', 'sha256']).execute();
      const key = keys.find((candidate) => candidate.id === id);
      if (key === undefined) throw new KeyNotFound(id);
      if (keys.length === 1) throw new LastKey(id);
      await tx.deleteFrom('keys').where('id', '=', id).execute();
      await sql`select pg_notify(${DELETED_CHANNEL}, ${key.sha256.toString('hex')})`.execute(tx);
    });
  }

  override async createFirst(projectName: string, keyName: string, secret: KeySecret): Promise<boolean> {
    return this.database.asSystem(async (tx) => {
      const projectId = newId('proj_');
      const made = await tx
        .insertInto('projects')
        .values({ id: projectId, name: projectName })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (made === undefined) return false;
      await tx
        .insertInto('keys')
        .values({ id: newId('key_'), project_id: projectId, name: keyName, sha256: secret.sha256, hint: secret.hint })
        .execute();
      return true;
    });
  }

  override onDeleted(forget: (sha256Hex: string) => void): Promise<() => Promise<void>> {
    return this.database.listen(DELETED_CHANNEL, forget);
  }
}

function select(tx: Transaction<GatewayDatabase>) {
  return tx.selectFrom('keys').innerJoin('projects', 'projects.id', 'keys.project_id').selectAll('keys').select('projects.name as project_name');
}

function entity(row: Selectable<KeysTable> & { readonly project_name: string }): ApiKey {
  return {
    id: row.id,
    projectId: row.project_id,
    projectName: row.project_name,
    name: row.name,
    sha256: row.sha256,
    hint: row.hint,
    createdAt: row.created_at,
  };
}
