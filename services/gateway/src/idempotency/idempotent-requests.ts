import { createHash, randomUUID } from 'node:crypto';
import { type ErrorKind, asDomainError } from '@conch/errors';
import { Database, jsonb } from '@conch/storage';
import type { Logger } from '@conch/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { GatewayDatabase } from '../database.js';
import { LOGGER } from '../platform.module.js';
import { IdempotencyKeyBusy, IdempotencyKeyInvalid, IdempotencyKeyReused, IdempotencyOutcomeUnknown } from './idempotency.errors.js';

/** Where a key counts. */
export interface IdempotencyScope {
  readonly projectId: string;
  readonly operation: string;
  readonly key: string;
}

/** The claim of a request that is the first with its key. */
export interface HeldClaim {
  readonly isFirst: true;
  readonly scope: IdempotencyScope;
  readonly token: string;
}

/** What came of the first request, and what that request was. */
export interface Done<T> {
  readonly answer: T;
  readonly fingerprint: string;
}

/** What a key stands for so far: this request is the first, or an earlier one was answered. */
export type Claim = HeldClaim | { readonly isFirst: false; readonly fingerprint: string; readonly answer: unknown };

const SANE = /^[\x21-\x7e]{1,255}$/;
const CLAIM_LASTS_MINUTES = 10;
const RENEW_EVERY_MS = 2 * 60 * 1_000;
/** Whoever answers so has done nothing; after any other error the work may be done all the same. */
const REFUSALS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'precondition',
  'too_large',
  'unimplemented',
  'exhausted',
]);

/** Remembers which request an Idempotency-Key stood for and what it was answered, so that a repetition does nothing again. */
@Injectable()
export class IdempotentRequests {
  constructor(
    private readonly database: Database<GatewayDatabase>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Runs `work` unless the same request was answered before; then that answer is given again. */
  async once<T>(scope: IdempotencyScope, request: unknown, work: () => Promise<T>): Promise<T> {
    const fingerprint = fingerprintOf(JSON.stringify(request));
    const claim = await this.claim(scope);
    if (!claim.isFirst) {
      if (claim.fingerprint !== fingerprint) throw new IdempotencyKeyReused(scope.key);
      return claim.answer as T;
    }
    return this.perform(claim, async () => ({ answer: await work(), fingerprint }));
  }

  /** Does a claimed request's work, and keeps its answer; the claim is given up only when the work is known not to have been done. */
  async perform<T>(claim: HeldClaim, work: () => Promise<Done<T>>, wasRefused: (error: unknown) => boolean = isRefusal): Promise<T> {
    const renewal = setInterval(() => void this.quietly(claim, 'renewed', () => this.renew(claim)), RENEW_EVERY_MS).unref();
    try {
      const { answer, fingerprint } = await this.tryWork(claim, work, wasRefused);
      await this.settle(claim, fingerprint, answer);
      return answer;
    } finally {
      clearInterval(renewal);
    }
  }

  /** Takes the key for a request whose body is not read yet. Throws IdempotencyKeyBusy while another holds it. */
  async claim(scope: IdempotencyScope): Promise<Claim> {
    const token = randomUUID();
    return this.database.inProject(scope.projectId, async (tx) => {
      // A claim whose request died with its process is taken over after a while.
      const claimed = await tx
        .insertInto('idempotency')
        .values({ project_id: scope.projectId, operation: scope.operation, key: scope.key, fingerprint: null, answer: null, token })
        .onConflict((conflict) =>
          conflict
            .columns(['project_id', 'operation', 'key'])
            .doUpdateSet({ claimed_at: sql`now()`, token, in_doubt: false, settled_at: null })
            .where('idempotency.fingerprint', 'is', null)
            .where(sql<boolean>`idempotency.claimed_at < now() - make_interval(mins => ${CLAIM_LASTS_MINUTES})`),
        )
        .returning('key')
        .executeTakeFirst();
      if (claimed !== undefined) return { isFirst: true, scope, token };
      const row = await tx
        .selectFrom('idempotency')
        .select([
          'fingerprint',
          'answer',
          'in_doubt',
          sql<number>`extract(epoch from claimed_at + make_interval(mins => ${CLAIM_LASTS_MINUTES}) - now())::float8`.as('seconds_left'),
        ])
        .where('operation', '=', scope.operation)
        .where('key', '=', scope.key)
        .executeTakeFirst();
      if (row?.fingerprint === null && row.in_doubt) throw new IdempotencyOutcomeUnknown(scope.key, Math.max(1, Math.ceil(row.seconds_left)));
      if (row === undefined || row.fingerprint === null) throw new IdempotencyKeyBusy(scope.key);
      return { isFirst: false, fingerprint: row.fingerprint, answer: row.answer };
    });
  }

  private async tryWork<T>(claim: HeldClaim, work: () => Promise<Done<T>>, wasRefused: (error: unknown) => boolean): Promise<Done<T>> {
    try {
      return await work();
    } catch (error) {
      if (wasRefused(error)) await this.quietly(claim, 'released', () => this.release(claim));
      else await this.quietly(claim, 'marked as in doubt', () => this.doubt(claim));
      throw error;
    }
  }

  /** Keeps the answer of a claimed key. */
  private async settle(claim: HeldClaim, fingerprint: string, answer: unknown): Promise<void> {
    try {
      const settled = await this.database.inProject(claim.scope.projectId, (tx) =>
        tx
          .updateTable('idempotency')
          .set({ fingerprint, answer: jsonb(answer), settled_at: sql`now()` })
          .where(isHeldBy(claim))
          .executeTakeFirst(),
      );
      if (settled.numUpdatedRows === 0n) this.logger.warn({ scope: claim.scope }, 'a request was done after another took its Idempotency-Key over');
    } catch (error) {
      // What was done is done; were the claim given up, a repetition would do it twice.
      await this.quietly(claim, 'marked as in doubt', () => this.doubt(claim));
      throw error;
    }
  }

  /** Gives up a claim, so that the request may be sent again; what was refused was not done. */
  private async release(claim: HeldClaim): Promise<void> {
    await this.database.inProject(claim.scope.projectId, (tx) => tx.deleteFrom('idempotency').where(isHeldBy(claim)).execute());
  }

  private async doubt(claim: HeldClaim): Promise<void> {
    await this.database.inProject(claim.scope.projectId, (tx) => tx.updateTable('idempotency').set({ in_doubt: true }).where(isHeldBy(claim)).execute());
  }

  private async renew(claim: HeldClaim): Promise<void> {
    await this.database.inProject(claim.scope.projectId, (tx) =>
      tx.updateTable('idempotency').set({ claimed_at: sql`now()` }).where(isHeldBy(claim)).execute(),
    );
  }

  /** What fails here changes nothing for the caller, who is told of the work; the claim then stands until it expires. */
  private async quietly({ scope }: HeldClaim, what: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.logger.warn({ err: error, scope }, `the claim of an Idempotency-Key could not be ${what}`);
    }
  }
}

function isHeldBy({ scope, token }: HeldClaim) {
  return sql<boolean>`operation = ${scope.operation} and key = ${scope.key} and token = ${token} and fingerprint is null`;
}

/** Whether an error says that nothing was done. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has(asDomainError(error).kind);
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
