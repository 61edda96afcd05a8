import { TooManyGenerations } from './quota.errors.js';
import type { TokenQuota } from './token-quota.js';

/** Generations under way by project. */
export class GenerationQuota {
  private readonly underWay = new Map<string, number>();

  constructor(
    private readonly limit: number,
    private readonly tokens: Pick<TokenQuota, 'check'>,
  ) {}

  /** Takes a place; the returned function gives it back. Throws TooManyGenerations or TokensSpent. */
  enter(projectId: string): () => void {
    this.tokens.check(projectId);
    const count = this.underWay.get(projectId) ?? 0;
    if (count >= this.limit) throw new TooManyGenerations(this.limit);
    this.underWay.set(projectId, count + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.underWay.get(projectId) ?? 1) - 1;
      if (left === 0) this.underWay.delete(projectId);
      else this.underWay.set(projectId, left);
    };
  }
}
