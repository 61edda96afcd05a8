import { DeploymentState } from '@conch/contracts/inference';
import { Refusal } from '@conch/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { ForgetRequests } from './forget-requests.js';
import { IdempotentRequests } from './idempotent-requests.js';

const at = new Date(1_700_000_000_000);
let made = 0;
let work: () => Promise<void>;

/** Work that ends when the test says so. */
function held() {
  const end = Promise.withResolvers<void>();
  const begin = Promise.withResolvers<void>();
  const run = () => {
    begin.resolve();
    return end.promise;
  };
  return { work: run, hasBegun: begin.promise, finish: () => end.resolve(), refuse: (why: Error) => end.reject(why) };
}

describe('an Idempotency-Key', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({
      deployments: {
        ensureDeployment: async ({ model = '' }) => {
          await work();
          made += 1;
          return {
            id: `dep_${made}`,
            model,
            modelVersionId: 'mv_1',
            revisionId: '',
            state: DeploymentState.DEPLOYMENT_STATE_READY,
            reason: '',
            createdAt: at,
            updatedAt: at,
          };
        },
      },
    });
  }, 60_000);
  afterAll(() => gateway.stop());
  beforeEach(() => {
    made = 0;
    work = async () => undefined;
  });

  const create = (key: string, model = 'a', apiKey = gateway.keys.one) =>
    gateway.request('POST', '/v1/deployments', { key: apiKey, payload: { model }, headers: { 'idempotency-key': key } });

  /** Lets a claim grow older than claims last. */
  const age = (key: string) =>
    gateway.database.asSystem((tx) =>
      tx
        .updateTable('idempotency')
        .set({ claimed_at: new Date(Date.now() - 11 * 60_000) })
        .where('key', '=', key)
        .execute(),
    );

  it('has a request done once and answered twice', async () => {
    const first = await create('k1');
    const again = await create('k1');
    expect(again.json()).toEqual(first.json());
    expect(made).toBe(1);
  });

  it('stands for one request only', async () => {
    await create('k2');
    const other = await create('k2', 'b');
    expect(other.statusCode).toBe(422);
    expect(other.json().error).toMatchObject({ param: 'Idempotency-Key', code: 'idempotency_key_reused' });
  });

  it('belongs to one project', async () => {
    await create('k3');
    expect((await create('k3', 'b', gateway.keys.two)).json()).toMatchObject({ id: 'dep_2', model: 'b' });
  });

  it('can be used again for what was refused', async () => {
    work = async () => Promise.reject(new Refusal('precondition', 'NOT_YET', 'no'));
    expect((await create('k4')).statusCode).toBe(400);
    work = async () => undefined;
    expect((await create('k4')).json()).toMatchObject({ id: 'dep_1' });
  });

  it.each([
    ['unavailable', 'COMMIT_OUTCOME_UNKNOWN'],
    ['timeout', 'DEADLINE_EXCEEDED'],
  ] as const)('is kept by a request that ended with %s, of which nobody knows whether it was done', async (kind, code) => {
    work = async () => Promise.reject(new Refusal(kind, code, 'who knows'));
    await create(`doubt-${kind}`);
    work = async () => undefined;
    const repeated = await create(`doubt-${kind}`);
    expect(repeated.statusCode).toBe(409);
    expect(repeated.headers).toMatchObject({ 'retry-after': '60', 'x-should-retry': 'true' });
    expect(repeated.json().error).toMatchObject({ code: 'idempotency_outcome_unknown', message: expect.stringMatching(/not known.* in \d+ s\.$/) });
    expect(made).toBe(0);
    await age(`doubt-${kind}`);
    expect((await create(`doubt-${kind}`)).statusCode).toBe(200);
  });

  it('is not given up when the answer to finished work cannot be kept', async () => {
    const { app } = gateway;
    const requests = app.get(IdempotentRequests);
    const scope = { projectId: 'proj_one', operation: 'op', key: 'k7' };
    let done = 0;
    const unkeepable = async () => {
      done += 1;
      return 'a NUL: \0';
    };
    await expect(requests.once(scope, {}, unkeepable)).rejects.toThrow();
    await expect(requests.once(scope, {}, unkeepable)).rejects.toMatchObject({ code: 'IDEMPOTENCY_OUTCOME_UNKNOWN' });
    expect(done).toBe(1);
  });

  it.each(['is done', 'is refused'])('that was taken over stays with the second request when the first %s', async (end) => {
    const key = end.replaceAll(' ', '-');
    const first = held();
    const second = held();
    work = first.work;
    const firstAnswer = create(key);
    await first.hasBegun;
    await age(key);
    work = second.work;
    const secondAnswer = create(key);
    await second.hasBegun;
    if (end === 'is done') first.finish();
    else first.refuse(new Refusal('invalid', 'NO', 'no'));
    await firstAnswer;
    expect((await create(key)).json().error).toMatchObject({ code: 'idempotency_key_busy' });
    second.finish();
    const { id } = (await secondAnswer).json();
    expect((await create(key)).json()).toMatchObject({ id });
  });

  it('is renewed while its request is under way', async () => {
    const renewals: (() => void)[] = [];
    const setInterval = jest.spyOn(globalThis, 'setInterval').mockImplementation((act) => {
      renewals.push(act);
      return setTimeout(() => undefined, 0);
    });
    const first = held();
    work = first.work;
    const firstAnswer = create('k8');
    await first.hasBegun;
    setInterval.mockRestore();
    await age('k8');
    for (const renew of renewals) renew();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await create('k8')).json().error).toMatchObject({ code: 'idempotency_key_busy' });
    first.finish();
    expect((await firstAnswer).statusCode).toBe(200);
  });

  it('has a second request wait its turn while the first is under way', async () => {
    const { promise: isFinished, resolve: finish } = Promise.withResolvers<void>();
    const { promise: hasBegun, resolve: begin } = Promise.withResolvers<void>();
    work = () => {
      begin();
      return isFinished;
    };
    const first = create('k5');
    await hasBegun;
    const second = await create('k5');
    expect(second.statusCode).toBe(409);
    expect(second.headers).toMatchObject({ 'retry-after': '1', 'x-should-retry': 'true' });
    finish();
    expect((await first).json()).toMatchObject({ id: 'dep_1' });
  });

  it('is forgotten a day after its request was done, or died', async () => {
    await gateway.database.asSystem((tx) => tx.deleteFrom('idempotency').execute());
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 60 * 60 * 1_000);
    const row = (key: string, claimed: number, settled: number | null) => ({
      ...{ project_id: 'proj_one', operation: 'op', key, answer: null, claimed_at: hoursAgo(claimed), token: 'a' },
      ...(settled === null ? { fingerprint: null, settled_at: null } : { fingerprint: 'b', settled_at: hoursAgo(settled) }),
    });
    const rows = [row('done-long-ago', 25, 25), row('done-lately', 25, 23), row('died', 25, null), row('under-way', 0, null)];
    await gateway.database.asSystem((tx) => tx.insertInto('idempotency').values(rows).execute());
    const forget = gateway.app.get(ForgetRequests);
    forget.start();
    await forget.stop();
    const left = await gateway.database.asSystem((tx) => tx.selectFrom('idempotency').select('key').orderBy('key').execute());
    expect(left).toEqual([{ key: 'done-lately' }, { key: 'under-way' }]);
  });

  it('has to be readable', async () => {
    expect((await create('has a space')).json().error).toMatchObject({ code: 'idempotency_key_invalid' });
  });
});
