import { Database, jsonb } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import type { GatewayDatabase } from '../database.js';
import type { InputItem, Turn } from './input-items.js';
import type { StoredResponse } from './response.entity.js';
import { ResponseRepository } from './response.repository.js';
import type { ResponseView } from './response-schemas.js';

/** Responses in the gateway's Postgres. */
@Injectable()
export class PostgresResponseRepository extends ResponseRepository {
  constructor(private readonly database: Database<GatewayDatabase>) {
    super();
  }

  override async add({ projectId, body, inputItems, turns }: StoredResponse): Promise<void> {
    const row = {
      id: body.id,
      project_id: projectId,
      created_at: new Date(body.created_at * 1_000),
      body: jsonb(storable(body)),
      input_items: jsonb(storable(inputItems)),
      turns: jsonb(storable(turns)),
    };
    await this.database.inProject(projectId, (tx) => tx.insertInto('responses').values(row).execute());
  }

  override async find(projectId: string, id: string): Promise<StoredResponse | null> {
    const row = await this.database.inProject(projectId, (tx) => tx.selectFrom('responses').selectAll().where('id', '=', id).executeTakeFirst());
    if (row === undefined) return null;
    return { projectId, body: row.body as ResponseView, inputItems: row.input_items as InputItem[], turns: row.turns as Turn[] };
  }

  override async remove(projectId: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await this.database.inProject(projectId, (tx) => tx.deleteFrom('responses').where('id', '=', id).executeTakeFirst());
    return numDeletedRows > 0n;
  }
}

/** A value without what Postgres cannot keep as JSON: characters of value 0 and halves of surrogate pairs. */
function storable<T>(value: T): T {
  const clean = (_: string, part: unknown): unknown => (typeof part === 'string' ? part.replaceAll('\0', '\uFFFD').toWellFormed() : part);
  return JSON.parse(JSON.stringify(value, clean)) as T;
}
