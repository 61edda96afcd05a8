import { Database, newId } from '@conch/storage';
import type { Logger } from '@conch/telemetry';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { GatewayDatabase } from '../database.js';
import type { KeyOwner } from '../http/caller.js';
import { LOGGER } from '../platform.module.js';

/** One call that changed something, or tried to. */
export interface AuditedCall extends KeyOwner {
  readonly requestId: string;
  readonly operation: string;
  readonly path: string;
  readonly status: number;
}

type Row = GatewayDatabase['audit'];

const FLUSH_AFTER_MS = 200;
const MAX_WAITING = 10_000;

/** Notes who changed what. Rows are written together, off the request's path; a caller never waits for its note. */
@Injectable()
export class AuditLog implements OnApplicationShutdown {
  private waiting: Row[] = [];
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database<GatewayDatabase>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  note(call: AuditedCall): void {
    this.waiting.push({
      id: newId('audit_'),
      project_id: call.projectId,
      key_id: call.keyId,
      request_id: call.requestId,
      operation: call.operation,
      path: call.path,
      status: call.status,
      created_at: new Date(),
    });
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
  }

  /** Writes what is waiting. */
  flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  private async write(): Promise<void> {
    const rows = this.waiting;
    if (rows.length === 0) return;
    this.waiting = [];
    try {
      await this.database.asSystem((tx) => tx.insertInto('audit').values(rows).execute());
    } catch (error) {
      this.logger.error({ err: error, calls: rows.length }, 'could not write the audit log; it is tried again');
      const kept = [...rows, ...this.waiting];
      if (kept.length > MAX_WAITING)
        this.logger.error({ dropped: kept.slice(0, -MAX_WAITING) }, 'the audit log is full; its oldest calls are kept in this line only');
      this.waiting = kept.slice(-MAX_WAITING);
      this.timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS * 10).unref();
    }
  }
}
