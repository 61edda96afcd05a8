import { createLogger } from '@conch/telemetry';
import { describe, expect, it } from '@jest/globals';
import { TokensSpent } from './quota.errors.js';
import { TokenQuota } from './token-quota.js';

const DAY_MS = 86_400_000;
const NOON = 20_000 * DAY_MS + DAY_MS / 2;

/** A quota of 100 tokens whose ledger says what `spent` says; `read` waits until it has looked. */
function aQuota(limit: number | null = 100) {
  const world = { spent: 0, time: NOON, askedSince: [] as Date[] };
  const ledger = {
    spentSince: async (_project: string, since: Date) => {
      world.askedSince.push(since);
      return world.spent;
    },
  };
  const quota = new TokenQuota(limit, ledger, createLogger({ service: 'gateway', level: 'fatal' }), () => world.time);
  const check = async (): Promise<void> => {
    quota.check('proj_one');
    await new Promise(setImmediate);
  };
  return { world, quota, check };
}

describe(TokenQuota.name, () => {
  it('lets a project in until its tokens of the day are used', async () => {
    const { world, quota, check } = aQuota();
    world.spent = 99;
    await check();
    await check();
    expect(world.askedSince).toEqual([new Date(20_000 * DAY_MS)]);
    world.spent = 100;
    world.time += 5_000;
    await check();
    expect(() => quota.check('proj_one')).toThrow(TokensSpent);
  });

  it('says when the next day begins', async () => {
    const { world, quota, check } = aQuota();
    world.spent = 500;
    await check();
    expect(() => quota.check('proj_one')).toThrow(
      expect.objectContaining({ kind: 'exhausted', code: 'INSUFFICIENT_QUOTA', facts: { limit: 100, retryAfterSeconds: 43_200 } }),
    );
  });

  it('begins every day anew', async () => {
    const { world, quota, check } = aQuota();
    world.spent = 500;
    await check();
    world.time += DAY_MS / 2;
    expect(() => quota.check('proj_one')).not.toThrow();
  });

  it('asks nobody when there is no limit', async () => {
    const { world, check } = aQuota(null);
    await check();
    expect(world.askedSince).toEqual([]);
  });
});
