import type { ReceivedEvent } from '@conch/events';
import { Database } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import { type Transaction, sql } from 'kysely';
import type { GatewayDatabase } from '../database.js';

/** The events that tell of used tokens. */
export const USAGE_SUBJECTS = ['conch.events.inference.usage.recorded', 'conch.events.retrieval.usage.recorded'] as const;

/** What one model did in one way for a project on one day. */
export interface UsageDay {
  readonly date: string;
  readonly model: string;
  readonly operation: string;
  readonly requests: number;
  readonly cancelledRequests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Which usage is asked for. */
export interface UsageRange {
  readonly from: Date;
  readonly to: Date;
  readonly model: string | null;
}

/** Tokens by request, as the services that used them told. */
@Injectable()
export class UsageLedger {
  constructor(private readonly database: Database<GatewayDatabase>) {}

  /** Books one event, in the transaction that notes it as handled. */
  async book(tx: Transaction<GatewayDatabase>, { id, projectId, time, message }: ReceivedEvent<(typeof USAGE_SUBJECTS)[number]>): Promise<void> {
    await tx
      .insertInto('usage')
      .values({
        event_id: id,
        project_id: projectId,
        request_id: message.requestId,
        model: message.model,
        operation: message.operation,
        prompt_tokens: message.promptTokens,
        completion_tokens: message.completionTokens,
        cancelled: message.cancelled,
        created_at: time,
      })
      .execute();
  }

  /** A project's usage by day, model and operation, newest day first. */
  async byDay(projectId: string, { from, to, model }: UsageRange): Promise<readonly UsageDay[]> {
    return this.database.inProject(projectId, (tx) =>
      tx
        .selectFrom('usage')
        .select([
          sql<string>`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD')`.as('date'),
          'model',
          'operation',
          sql<number>`count(*)::float8`.as('requests'),
          sql<number>`(count(*) filter (where cancelled))::float8`.as('cancelledRequests'),
          sql<number>`sum(prompt_tokens)::float8`.as('promptTokens'),
          sql<number>`sum(completion_tokens)::float8`.as('completionTokens'),
        ])
        .where('created_at', '>=', from)
        .where('created_at', '<', to)
        .$if(model !== null, (query) => query.where('model', '=', model ?? ''))
        .groupBy([sql`1`, 'model', 'operation'])
        .orderBy(sql`1`, 'desc')
        .orderBy('model')
        .orderBy('operation')
        .execute(),
    );
  }

  /** How many tokens a project has used since a time. */
  async spentSince(projectId: string, since: Date): Promise<number> {
    const { tokens } = await this.database.inProject(projectId, (tx) =>
      tx
        .selectFrom('usage')
        .select(sql<number>`coalesce(sum(prompt_tokens + completion_tokens), 0)::float8`.as('tokens'))
        .where('created_at', '>=', since)
        .executeTakeFirstOrThrow(),
    );
    return tokens;
  }
}
