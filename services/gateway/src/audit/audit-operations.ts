import { z } from 'zod';
import { operation } from '../http/operation.js';
import { UnixSeconds, listOf, orderedListQuery } from '../http/schemas.js';

const AuditEntry = z
  .object({
    id: z.string(),
    object: z.literal('audit_log.entry'),
    created_at: UnixSeconds,
    operation: z.string(),
    path: z.string(),
    status: z.int(),
    key_id: z.string(),
    request_id: z.string(),
  })
  .meta({ id: 'AuditLogEntry' });

/** A noted call as the outside sees it. */
export type AuditEntryView = z.output<typeof AuditEntry>;

export const listAuditLog = operation({
  id: 'listAuditLog',
  method: 'GET',
  path: '/v1/audit_logs',
  tag: 'Usage and audit',
  summary: 'List the calls that changed something in your project',
  query: z.strictObject(orderedListQuery({ standard: 20, max: 100 })),
  answer: { kind: 'json', schema: listOf(AuditEntry) },
});
