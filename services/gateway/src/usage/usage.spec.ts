import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { UsageLedger } from './usage-ledger.js';

const DAY = Date.parse('2026-03-01T00:00:00Z');
let booked = 0;

describe('usage', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({});
    await book('proj_one', DAY + 1_000, { promptTokens: 5, completionTokens: 7 });
    await book('proj_one', DAY + 86_399_000, { promptTokens: 10, completionTokens: 1, cancelled: true });
    await book('proj_one', DAY + 2_000, { model: 'embedder', operation: 'embed', promptTokens: 3, completionTokens: 0 });
    await book('proj_one', DAY + 86_400_000, { promptTokens: 2, completionTokens: 2 });
    await book('proj_two', DAY + 1_000, { promptTokens: 1_000, completionTokens: 1_000 });
  }, 60_000);
  afterAll(() => gateway.stop());

  async function book(
    projectId: string,
    time: number,
    message: { model?: string; operation?: string; promptTokens: number; completionTokens: number; cancelled?: boolean },
  ): Promise<void> {
    booked += 1;
    const event = {
      ...{
        id: `evt_${booked}`,
        subject: 'conch.events.inference.usage.recorded' as const,
        projectId,
        time: new Date(time),
        epoch: null,
        deliveries: 1,
        working: () => undefined,
      },
      message: { requestId: `req_${booked}`, model: 'conch-tiny', operation: 'generate', cancelled: false, ...message },
    };
    await gateway.database.inProject(projectId, (tx) => gateway.app.get(UsageLedger).book(tx, event));
  }

  const range = `start_time=${DAY / 1_000}&end_time=${DAY / 1_000 + 2 * 86_400}`;

  it('sums tokens up by day, model and operation, for the own project only', async () => {
    const answer = await gateway.request('GET', `/v1/usage?${range}`);
    expect(answer.json()).toMatchObject({
      object: 'list',
      has_more: false,
      data: [
        { date: '2026-03-02', model: 'conch-tiny', requests: 1, total_tokens: 4 },
        {
          date: '2026-03-01',
          model: 'conch-tiny',
          operation: 'generate',
          requests: 2,
          cancelled_requests: 1,
          prompt_tokens: 15,
          completion_tokens: 8,
          total_tokens: 23,
        },
        { date: '2026-03-01', model: 'embedder', operation: 'embed', requests: 1, prompt_tokens: 3 },
      ],
    });
  });

  it('narrows to a model and to the last 30 days', async () => {
    expect((await gateway.request('GET', `/v1/usage?${range}&model=embedder`)).json().data).toHaveLength(1);
    expect((await gateway.request('GET', '/v1/usage')).json().data).toEqual([]);
  });

  it('refuses a range that ends before it begins', async () => {
    const answer = await gateway.request('GET', '/v1/usage?start_time=5&end_time=4');
    expect(answer.json().error).toMatchObject({ param: 'start_time', code: 'invalid_value' });
  });

  it('counts what a project has used since a time', async () => {
    expect(await gateway.app.get(UsageLedger).spentSince('proj_one', new Date(DAY + 86_400_000))).toBe(4);
  });
});
