import type { Logger } from '@conch/telemetry';
import type { UsageLedger } from '../usage/usage-ledger.js';
import { TokensSpent } from './quota.errors.js';

interface Account {
  readonly spent: number;
  readonly readAt: number;
}

const READ_AGAIN_AFTER_MS = 5_000;
const DAY_MS = 86_400_000;
const MAX_ACCOUNTS = 10_000;

/**
 * Tokens a day (in UTC) and project. What was spent is read beside the requests and never waited for, so a project may go a few
 * seconds over its budget, and no request is ever slower for it.
 */
export class TokenQuota {
  private readonly accounts = new Map<string, Account>();
  private readonly reading = new Set<string>();

  constructor(
    private readonly limit: number | null,
    private readonly ledger: Pick<UsageLedger, 'spentSince'>,
    private readonly logger: Logger,
    private readonly now: () => number = Date.now,
  ) {}

  /** Throws TokensSpent when the project has used its tokens of the day. */
  check(projectId: string): void {
    if (this.limit === null) return;
    const account = this.accounts.get(projectId);
    if (account === undefined || this.now() - account.readAt >= READ_AGAIN_AFTER_MS) void this.read(projectId);
    if (account === undefined || account.spent < this.limit || dayOf(account.readAt) !== dayOf(this.now())) return;
    throw new TokensSpent(this.limit, Math.ceil((DAY_MS - (this.now() % DAY_MS)) / 1_000));
  }

  private async read(projectId: string): Promise<void> {
    if (this.reading.has(projectId)) return;
    this.reading.add(projectId);
    const readAt = this.now();
    try {
      const spent = await this.ledger.spentSince(projectId, new Date(dayOf(readAt) * DAY_MS));
      if (this.accounts.size >= MAX_ACCOUNTS) this.accounts.clear();
      this.accounts.set(projectId, { spent, readAt });
    } catch (error) {
      // The last that was known holds until the next reading.
      this.logger.warn({ err: error, projectId }, 'could not read what a project has spent');
    } finally {
      this.reading.delete(projectId);
    }
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}
