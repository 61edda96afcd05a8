import { GenerationServiceDefinition } from '@conch/contracts/inference';
import { DomainError, type ErrorKind, Refusal } from '@conch/errors';
import { contextFrom, startTracing, traceHeaders } from '@conch/telemetry';
import { type NatsServer, startNats } from '@conch/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NatsConnection } from '@nats-io/transport-node';
import { context } from '@opentelemetry/api';
import { CALL, type Door, type GenerationHandlers, ServedGeneration, TOKEN, type UnaryGeneration, pending, refusalOf, untilAborted } from './doors.fixture.js';
import { type CallContext, closeGrpcChannels, connectNats, createGrpcClient, createNatsClient } from './index.js';
import { GRPC_STATUS } from './wire.js';

const DOORS: readonly Door[] = ['nats', 'grpc'];
const KINDS = Object.keys(GRPC_STATUS) as ErrorKind[];

let natsServer: NatsServer;
let serverSide: NatsConnection;
let callerSide: NatsConnection;
const tracing = startTracing({ service: 'spec' });

beforeAll(async () => {
  natsServer = await startNats();
  serverSide = await connectNats({ ...natsServer, name: 'inference' });
  callerSide = await connectNats({ ...natsServer, name: 'gateway' });
});

afterAll(async () => {
  closeGrpcChannels();
  await Promise.all([serverSide.close(), callerSide.close(), tracing.shutdown()]);
  await natsServer.stop();
});

describe.each(DOORS)('a unary call over %s', (door) => {
  let served: ServedGeneration | undefined;
  afterEach(() => served?.stop());

  async function serve(handlers: Partial<GenerationHandlers>): Promise<UnaryGeneration> {
    served = await ServedGeneration.start(serverSide, handlers);
    return served.client(door, callerSide);
  }

  it('takes the message to the handler and brings its answer back', async () => {
    const client = await serve({
      countTokens: async (request) => ({ tokens: request.model.length, contextLength: 7 }),
      embed: async ({ texts }) => ({ embeddings: texts.map((text) => ({ vector: Buffer.from(text) })), model: '海螺' }),
    });
    expect(await client.countTokens({ model: 'conch-tiny' }, CALL)).toEqual({ tokens: 10, contextLength: 7 });
    const embedded = await client.embed({ model: 'm', texts: ['a', 'b'] }, CALL);
    expect([embedded.model, embedded.embeddings.map(({ vector }) => vector.toString())]).toEqual(['海螺', ['a', 'b']]);
  });

  it.each(KINDS)('refuses with kind %s, code, message, param and facts as thrown', async (kind) => {
    const thrown = new Refusal(kind, 'ROW_ROLE_UNKNOWN', 'line 3, messages[1].role: unknown role "机器人"; 100% wrong', {
      param: 'messages[1].角色',
      facts: { line: 3, field: 'role "x"', isFatal: true },
    });
    const client = await serve({ countTokens: () => Promise.reject(thrown) });
    const error = (await refusalOf(client.countTokens({}, CALL))) as DomainError;
    expect(error).toBeInstanceOf(Refusal);
    expect([error.kind, error.code, error.message, error.param, error.facts]).toEqual([kind, thrown.code, thrown.message, thrown.param, thrown.facts]);
  });

  it('refuses with kind internal what is no refusal, and tells nothing of it', async () => {
    const client = await serve({ countTokens: () => Promise.reject(new Error('password=hunter2')) });
    const error = (await refusalOf(client.countTokens({}, CALL))) as DomainError;
    expect([error.kind, error.code]).toEqual(['internal', 'INTERNAL']);
    expect(error.message).not.toContain('hunter2');
  });

  it('carries a refusal whose text is long and holds half a character', async () => {
    const client = await serve({
      countTokens: () => Promise.reject(new Refusal('invalid', 'BAD', `half \ud83d of one, ${'长'.repeat(50_000)}`, { param: 'x\udc00' })),
    });
    const error = (await refusalOf(client.countTokens({}, CALL))) as DomainError;
    expect([error.kind, error.code]).toEqual(['invalid', 'BAD']);
    expect(error.message).toMatch(/^half � of one, 长+…$/);
  });

  it('carries a refusal whose param and facts quote what is far too long', async () => {
    const client = await serve({
      countTokens: () =>
        Promise.reject(new Refusal('not_found', 'GONE', 'It is gone.', { param: '长'.repeat(50_000), facts: { id: '长'.repeat(50_000), line: 3 } })),
    });
    const error = (await refusalOf(client.countTokens({}, CALL))) as DomainError;
    expect([error.kind, error.code, error.facts['line']]).toEqual(['not_found', 'GONE', 3]);
    expect([error.param, error.facts['id']]).toEqual([expect.stringMatching(/^长{255}…$/), expect.stringMatching(/^长{255}…$/)]);
  });

  it('tells the handler the project, the request id and the deadline', async () => {
    const seen: CallContext[] = [];
    const client = await serve({
      countTokens: async (_request, call) => {
        seen.push(call);
        return {};
      },
    });
    await client.countTokens({}, { projectId: 'proj_7', requestId: 'req-1', timeoutMs: 60_000 });
    await client.countTokens({}, { projectId: '*', requestId: 'bad\r\nid 海' });
    await client.countTokens({}, CALL);
    expect(seen.map(({ projectId }) => projectId)).toEqual(['proj_7', '*', 'proj_1']);
    expect(seen.map(({ requestId }) => requestId)).toEqual(['req-1', 'badid', expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(seen[0]?.deadline?.getTime()).toBeGreaterThan(Date.now() + 30_000);
    expect(seen[0]?.deadline?.getTime()).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('continues the caller’s trace in the handler', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    let inHandler: string | undefined;
    const client = await serve({
      countTokens: async () => {
        inHandler = traceHeaders()['traceparent'];
        return {};
      },
    });
    await context.with(contextFrom({ traceparent: `00-${traceId}-b7ad6b7169203331-01` }), () => client.countTokens({}, CALL));
    expect(inHandler).toContain(traceId);
    expect(inHandler).not.toContain('b7ad6b7169203331');
  });

  it('ends at its deadline, for the caller and for the handler', async () => {
    const told = pending<unknown>();
    const client = await serve({ countTokens: (_request, call) => untilAborted(call.signal, told.resolve) });
    const error = (await refusalOf(client.countTokens({}, { ...CALL, timeoutMs: 50 }))) as DomainError;
    expect([error.kind, error.code]).toEqual(['timeout', 'DEADLINE_EXCEEDED']);
    expect(['timeout', 'cancelled']).toContain(((await told.promise) as DomainError).kind);
  });

  it('ends for the handler when the caller gives up', async () => {
    const caller = new AbortController();
    const told = pending<unknown>();
    const client = await serve({
      countTokens: (_request, call) => {
        caller.abort();
        return untilAborted(call.signal, told.resolve);
      },
    });
    const error = (await refusalOf(client.countTokens({}, { ...CALL, signal: caller.signal }))) as DomainError;
    expect(error.kind).toBe('cancelled');
    expect(((await told.promise) as DomainError).kind).toBe('cancelled');
  });

  it('is not made when the caller had given up before', async () => {
    let calls = 0;
    const client = await serve({ countTokens: async () => ({ tokens: ++calls }) });
    const error = (await refusalOf(client.countTokens({}, { ...CALL, signal: AbortSignal.abort() }))) as DomainError;
    await client.countTokens({}, CALL);
    expect([error.kind, calls]).toEqual(['cancelled', 1]);
  });

  it.each(['', 'another-token-of-tests'])('is refused with the token "%s" before the handler sees it', async (token) => {
    let calls = 0;
    await serve({ countTokens: async () => ({ tokens: ++calls }) });
    const error = (await refusalOf((served as ServedGeneration).client(door, callerSide, token).countTokens({}, CALL))) as DomainError;
    expect([error.kind, error.code, calls]).toEqual(['unauthenticated', 'SERVICE_TOKEN_REFUSED', 0]);
  });

  it('is refused as unimplemented when the service has no such method', async () => {
    await serve({});
    const methods = { countTokens: { ...GenerationServiceDefinition.methods.countTokens, name: 'CountWords' } } as const;
    const definition = { ...GenerationServiceDefinition, methods };
    const client =
      door === 'nats'
        ? createNatsClient(definition, { nats: callerSide, service: 'inference', serviceToken: TOKEN, defaultTimeoutMs: 5_000 })
        : createGrpcClient(definition, { address: `127.0.0.1:${served?.grpcPort}`, serviceToken: TOKEN });
    const error = (await refusalOf(client.countTokens({}, CALL))) as DomainError;
    expect(error.kind).toBe('unimplemented');
  });

  it('is unavailable when nobody serves', async () => {
    const client = await serve({});
    await served?.stop();
    const error = (await refusalOf(client.countTokens({}, CALL))) as DomainError;
    expect([error.kind, error.code]).toEqual(['unavailable', 'SERVICE_UNAVAILABLE']);
    expect(error.message).not.toContain('127.0.0.1');
  });

  it('does not wait for the one before it', async () => {
    const first = pending();
    const client = await serve({
      countTokens: async ({ model }) => {
        if (model === 'slow') await first.promise;
        else first.resolve();
        return {};
      },
    });
    await Promise.all([client.countTokens({ model: 'slow' }, CALL), client.countTokens({ model: 'quick' }, CALL)]);
  });

  it('is measured by method, door and outcome', async () => {
    const client = await serve({ countTokens: async ({ model }) => (model === '' ? Promise.reject(new Refusal('invalid', 'BAD', 'no')) : {}) });
    await client.countTokens({ model: 'm' }, CALL);
    await refusalOf(client.countTokens({}, CALL));
    expect(await (served as ServedGeneration).callCounts()).toEqual([
      `conch.inference.v1.GenerationService/CountTokens ${door} ok 1`,
      `conch.inference.v1.GenerationService/CountTokens ${door} invalid 1`,
    ]);
  });

  it('under way when the service stops is answered, and none is taken after it', async () => {
    const arrival = pending();
    const answer = pending<{ tokens: number }>();
    const client = await serve({
      countTokens: () => {
        arrival.resolve();
        return answer.promise;
      },
    });
    const underWay = client.countTokens({}, CALL);
    await arrival.promise;
    const stopped = served?.server.stop(10_000);
    answer.resolve({ tokens: 5 });
    expect((await underWay).tokens).toBe(5);
    await stopped;
    expect(((await refusalOf(client.countTokens({}, CALL))) as DomainError).kind).toBe('unavailable');
  });

  it('that outlasts the grace of a stopping service is told to end', async () => {
    const arrival = pending();
    const client = await serve({
      countTokens: (_request, call) => {
        arrival.resolve();
        return untilAborted(call.signal, () => undefined);
      },
    });
    const refusal = refusalOf(client.countTokens({}, CALL));
    await arrival.promise;
    await served?.server.stop(10);
    expect(await refusal).toMatchObject({ kind: 'unavailable', code: 'SERVICE_STOPPING' });
  });
});
