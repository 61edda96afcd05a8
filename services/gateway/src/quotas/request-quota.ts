import { TooManyRequests } from './quota.errors.js';

interface Bucket {
  tokens: number;
  filledAt: number;
}

const MINUTE_MS = 60_000;

/** Requests a minute and project: a bucket that refills evenly, so a burst is fine and a flood is not. */
export class RequestQuota {
  private readonly buckets = new Map<string, Bucket>();

  constructor(
    private readonly limit: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes one request from the project's bucket; returns the headers that tell what is left. Throws TooManyRequests. */
  take(projectId: string): Record<string, string> {
    const bucket = this.bucketOf(projectId);
    if (bucket.tokens < 1) throw new TooManyRequests(this.limit, Math.max(1, Math.ceil(((1 - bucket.tokens) * MINUTE_MS) / this.limit / 1_000)));
    bucket.tokens -= 1;
    return { 'x-ratelimit-limit-requests': String(this.limit), 'x-ratelimit-remaining-requests': String(Math.floor(bucket.tokens)) };
  }

  private bucketOf(projectId: string): Bucket {
    const now = this.now();
    const existing = this.buckets.get(projectId);
    if (existing === undefined) {
      const fresh = { tokens: this.limit, filledAt: now };
      this.buckets.set(projectId, fresh);
      return fresh;
    }
    existing.tokens = Math.min(this.limit, existing.tokens + ((now - existing.filledAt) * this.limit) / MINUTE_MS);
    existing.filledAt = now;
    return existing;
  }
}
