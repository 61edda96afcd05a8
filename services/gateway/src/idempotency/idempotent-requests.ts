import { createHash } from 'node:crypto';
import { Database, jsonb } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { GatewayDatabase } from '../database.js';
import { IdempotencyKeyBusy, IdempotencyKeyInvalid, IdempotencyKeyReused } from './idempotency.errors.js';

/** Where a key counts. */
export interface IdempotencyScope {
  readonly projectId: string;
  readonly operation: string;
  readonly key: string;
}

/** What a key stands for so far: this request is the first, or an earlier one was answered. */
export type Claim = { readonly isFirst: true } | { readonly isFirst: false; readonly fingerprint: string; readonly answer: unknown };

const SANE = /^[\x21-\x7e]{1,255}$/;
const CLAIM_LASTS_MINUTES = 10;

/** Remembers which request an Idempotency-Key stood for and what it was answered, so that a repetition does nothing again. */
@Injectable()
export class IdempotentRequests {
  constructor(private readonly database: Database<GatewayDatabase>) {}

  /** Runs `work` unless the same request was answered before; then that answer is given again. */
  async once<T>(scope: IdempotencyScope, request: unknown, work: () => Promise<T>): Promise<T> {
    const fingerprint = fingerprintOf(JSON.stringify(request));
    const claim = await this.claim(scope);
    if (!claim.isFirst) {
      if (claim.fingerprint !== fingerprint) throw new IdempotencyKeyReused(scope.key);
      return claim.answer as T;
    }
    try {
      const answer = await work();
      await this.settle(scope, fingerprint, answer);
      return answer;
    } catch (error) {
      await this.release(scope);
      throw error;
    }
  }

  /** Takes the key for a request whose body is not read yet. Throws IdempotencyKeyBusy while another holds it. */
  async claim(scope: IdempotencyScope): Promise<Claim> {
    return this.database.inProject(scope.projectId, async (tx) => {
      // A claim whose request died with its process is taken over after a while.
      const claimed = await tx
        .insertInto('idempotency')
        .values({ project_id: scope.projectId, operation: scope.operation, key: scope.key, fingerprint: null, answer: null })
        .onConflict((conflict) =>
          conflict
            .columns(['project_id', 'operation', 'key'])
            .doUpdateSet({ claimed_at: sql`now()` })
            .where('idempotency.fingerprint', 'is', null)
            .where(sql<boolean>`idempotency.claimed_at < now() - make_interval(mins => ${CLAIM_LASTS_MINUTES})`),
        )
        .returning('key')
        .executeTakeFirst();
      if (claimed !== undefined) return { isFirst: true };
      const row = await tx
        .selectFrom('idempotency')
        .select(['fingerprint', 'answer'])
        .where('operation', '=', scope.operation)
        .where('key', '=', scope.key)
        .executeTakeFirst();
      if (row === undefined || row.fingerprint === null) throw new IdempotencyKeyBusy(scope.key);
      return { isFirst: false, fingerprint: row.fingerprint, answer: row.answer };
    });
  }

  /** Keeps the answer of a claimed key. */
  async settle(scope: IdempotencyScope, fingerprint: string, answer: unknown): Promise<void> {
    await this.database.inProject(scope.projectId, (tx) =>
      tx
        .updateTable('idempotency')
        .set({ fingerprint, answer: jsonb(answer) })
        .where('operation', '=', scope.operation)
        .where('key', '=', scope.key)
        .execute(),
    );
  }

  /** Gives up a claim, so that the request may be sent again; what was refused was not done. */
  async release(scope: IdempotencyScope): Promise<void> {
    await this.database.inProject(scope.projectId, (tx) =>
      tx.deleteFrom('idempotency').where('operation', '=', scope.operation).where('key', '=', scope.key).where('fingerprint', 'is', null).execute(),
    );
  }
}

/** A request in a few characters. */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The Idempotency-Key of a request, or null without one. Throws IdempotencyKeyInvalid. */
export function idempotencyKeyOf(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  const given = headers['idempotency-key'];
  if (given === undefined) return null;
  if (typeof given !== 'string' || !SANE.test(given)) throw new IdempotencyKeyInvalid();
  return given;
}
