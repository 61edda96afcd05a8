import { DeploymentState } from '@conch/contracts/inference';
import { Refusal } from '@conch/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';

const at = new Date(1_700_000_000_000);
let made = 0;
let work: () => Promise<void>;

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
    work = async () => Promise.reject(new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'away'));
    expect((await create('k4')).statusCode).toBe(503);
    work = async () => undefined;
    expect((await create('k4')).json()).toMatchObject({ id: 'dep_1' });
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

  it('has to be readable', async () => {
    expect((await create('has a space')).json().error).toMatchObject({ code: 'idempotency_key_invalid' });
  });
});
