import { Database, pageBy } from '@conch/storage';
import { Controller } from '@nestjs/common';
import type { GatewayDatabase } from '../database.js';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, pageOf, unixSeconds } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { type AuditEntryView, listAuditLog } from './audit-operations.js';

/** The audit log of the caller's project. */
@Controller()
export class AuditController {
  constructor(private readonly database: Database<GatewayDatabase>) {}

  @Serve(listAuditLog)
  async list(@Input(listAuditLog) { query }: InputOf<typeof listAuditLog>, @From() caller: Caller) {
    const page = await this.database.inProject(caller.projectId, (tx) => pageBy(tx.selectFrom('audit').selectAll(), pageOf(query), { table: 'audit' }));
    return listView(page.rows.map(view), page.hasMore);
  }
}

function view(row: GatewayDatabase['audit']): AuditEntryView {
  return {
    id: row.id,
    object: 'audit_log.entry',
    created_at: unixSeconds(row.created_at),
    operation: row.operation,
    path: row.path,
    status: row.status,
    key_id: row.key_id,
    request_id: row.request_id,
  };
}
