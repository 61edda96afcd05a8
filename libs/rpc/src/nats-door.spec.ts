import type { DomainError } from '@conch/errors';
import { type NatsServer, startNats } from '@conch/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type NatsConnection, headers } from '@nats-io/transport-node';
import { CALL, type GenerationHandlers, ServedGeneration, TOKEN, pending, refusalOf, until } from './doors.fixture.js';
import { connectNats } from './index.js';
import { NatsDoor, rpcSubject } from './nats-door.js';

const SUBJECT = rpcSubject('inference', 'GenerationService', 'CountTokens');

describe(NatsDoor.name, () => {
  let server: NatsServer;
  let callers: NatsConnection;
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    server = await startNats();
    callers = await connectNats({ ...server, name: 'gateway' });
  });

  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  afterAll(async () => {
    await callers.close();
    await server.stop();
  });

  /** A replica, with a connection of its own as a process would have. */
  async function replica(handlers: Partial<GenerationHandlers>): Promise<ServedGeneration> {
    const connection = await connectNats({ ...server, name: 'inference' });
    const served = await ServedGeneration.start(connection, handlers);
    ends.push(async () => {
      await served.stop();
      await connection.close();
    });
    return served;
  }

  it('shares the load between replicas, each call answered once', async () => {
    const counts = [0, 0];
    const first = await replica({ countTokens: async () => ({ tokens: ++counts[0]! }) });
    await replica({ countTokens: async () => ({ tokens: ++counts[1]! }) });
    const client = first.client('nats', callers);
    await Promise.all(Array.from({ length: 64 }, () => client.countTokens({}, CALL)));
    expect(counts[0]! + counts[1]!).toBe(64);
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  it('is found by a caller that came before it', async () => {
    const gone = await replica({});
    await gone.stop();
    const client = new ServedGeneration(null, {}).client('nats', callers);
    const answer = client.countTokens({}, CALL);
    await replica({ countTokens: async () => ({ tokens: 3 }) });
    expect((await answer).tokens).toBe(3);
  });

  it('answers again after the messaging server was restarted', async () => {
    const served = await replica({ countTokens: async () => ({ tokens: 1 }) });
    const client = served.client('nats', callers);
    await client.countTokens({}, CALL);
    await server.kill();
    const during = (await refusalOf(client.countTokens({}, { ...CALL, timeoutMs: 50 }))) as DomainError;
    await server.restart();
    await until(() =>
      client.countTokens({}, { ...CALL, timeoutMs: 500 }).then(
        () => true,
        () => false,
      ),
    );
    expect(['timeout', 'unavailable']).toContain(during.kind);
  });

  it('carries as much as one message may, and says so of more, in either direction', async () => {
    const served = await replica({
      countTokens: async () => ({ tokens: 1 }),
      embed: async ({ texts }) => ({ model: 'x'.repeat(Number(texts[0])) }),
    });
    const client = served.client('nats', callers);
    expect(await client.countTokens({ model: 'x'.repeat(1_000_000) }, CALL)).toMatchObject({ tokens: 1 });
    expect(await refusalOf(client.countTokens({ model: 'x'.repeat(1_100_000) }, CALL))).toMatchObject({
      kind: 'too_large',
      code: 'REQUEST_TOO_LARGE',
      message: expect.stringMatching(/1100004 bytes, over the 1044480/),
    });
    expect((await client.embed({ texts: ['1000000'] }, CALL)).model).toHaveLength(1_000_000);
    expect(await refusalOf(client.embed({ texts: ['1100000'] }, CALL))).toMatchObject({ kind: 'too_large', code: 'ANSWER_TOO_LARGE' });
  });

  it('ends only the call that was taken back', async () => {
    const [cancelled, arrived, release] = [pending(), pending(), pending()];
    const served = await replica({
      countTokens: async ({ model }, call) => {
        if (model === 'taken back') {
          call.signal.addEventListener('abort', () => cancelled.resolve());
          arrived.resolve();
        }
        await release.promise;
        return { tokens: call.signal.aborted ? 0 : 1 };
      },
    });
    const client = served.client('nats', callers);
    const caller = new AbortController();
    const kept = client.countTokens({ model: 'kept' }, CALL);
    const refusal = refusalOf(client.countTokens({ model: 'taken back' }, { ...CALL, signal: caller.signal }));
    await arrived.promise;
    caller.abort();
    await cancelled.promise;
    release.resolve();
    expect(await refusal).toMatchObject({ kind: 'cancelled' });
    expect((await kept).tokens).toBe(1);
  });

  it('refuses bytes that are not the message', async () => {
    await replica({});
    const carried = headers();
    carried.set('conch-token', TOKEN);
    const answer = await callers.request(SUBJECT, Buffer.from([0xff, 0xff, 0xff]), { timeout: 5_000, headers: carried });
    expect([answer.headers?.get('x-error-kind'), answer.headers?.get('x-error-code')]).toEqual(['invalid', 'MESSAGE_MALFORMED']);
  });

  it('refuses a request without headers', async () => {
    await replica({});
    const answer = await callers.request(SUBJECT, Buffer.alloc(0), { timeout: 5_000 });
    expect(answer.headers?.get('x-error-kind')).toBe('unauthenticated');
  });
});
