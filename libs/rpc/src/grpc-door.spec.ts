import { FilesServiceDefinition } from '@conch/contracts/datasets';
import { GenerationServiceDefinition, type GenerateResponse } from '@conch/contracts/inference';
import { Refusal } from '@conch/errors';
import { contextFrom, createLogger, createMetrics, startTracing, traceHeaders } from '@conch/telemetry';
import { credentials, Client, Metadata } from '@grpc/grpc-js';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { context } from '@opentelemetry/api';
import { createChannel, createClient } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { ServerReflectionService } from 'nice-grpc-server-reflection';
import { CALL, type GenerationHandlers, ServedGeneration, TOKEN, pending, refusalOf, until, untilAborted } from './doors.fixture.js';
import { GrpcDoor } from './grpc-door.js';
import { type Handlers, RpcServer, closeGrpcChannels, createGrpcClient } from './index.js';
import { REFLECTION_SERVICES } from './reflection.js';

const tracing = startTracing({ service: 'spec' });
let served: ServedGeneration | undefined;

afterEach(async () => {
  await served?.stop();
  served = undefined;
});

afterAll(async () => {
  closeGrpcChannels();
  await tracing.shutdown();
});

async function serve(handlers: Partial<GenerationHandlers>, port = 0): Promise<ServedGeneration> {
  served = await ServedGeneration.start(null, handlers, port);
  return served;
}

async function textsOf(stream: AsyncIterable<GenerateResponse>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of stream) texts.push(text);
  return texts;
}

describe(`a stream over ${GrpcDoor.name}`, () => {
  it('brings every message in order', async () => {
    const { grpc } = await streamOf(5_000);
    const texts = await textsOf(grpc.generate({ model: 'm' }, CALL));
    expect(texts).toHaveLength(5_000);
    expect(texts.findIndex((text, index) => text !== `${index}`)).toBe(-1);
  });

  it('ends with the refusal that the handler threw half-way, after what came before it', async () => {
    const client = (
      await serve({
        generate: async function* () {
          yield { text: 'a' };
          throw new Refusal('exhausted', 'SLOTS_TAKEN', 'all slots are taken', { facts: { slots: 4 } });
        },
      })
    ).grpc();
    const texts: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { text } of client.generate({}, CALL)) texts.push(text);
    };
    expect(await refusalOf(read())).toMatchObject({ kind: 'exhausted', code: 'SLOTS_TAKEN', facts: { slots: 4 } });
    expect(texts).toEqual(['a']);
  });

  it('makes the producer stop when the consumer leaves', async () => {
    const ended = pending<unknown>();
    const client = (
      await serve({
        generate: async function* (_request, call) {
          yield { text: 'a' };
          await untilAborted(call.signal, ended.resolve);
        },
      })
    ).grpc();
    for await (const { text } of client.generate({}, CALL)) if (text === 'a') break;
    expect(await ended.promise).toMatchObject({ kind: 'cancelled' });
    await until(async () => (await served?.callCounts())?.join() === 'conch.inference.v1.GenerationService/Generate grpc cancelled 1');
  });

  it('makes the producer stop when the consumer takes the call back', async () => {
    const ended = pending<unknown>();
    const caller = new AbortController();
    const client = (
      await serve({
        generate: async function* (_request, call) {
          yield { text: 'a' };
          await untilAborted(call.signal, ended.resolve);
        },
      })
    ).grpc();
    const read = async (): Promise<void> => {
      for await (const { text } of client.generate({}, { ...CALL, signal: caller.signal })) if (text === 'a') caller.abort();
    };
    expect(await refusalOf(read())).toMatchObject({ kind: 'cancelled' });
    expect(await ended.promise).toMatchObject({ kind: 'cancelled' });
  });

  it('runs the producer’s own clean-up when the consumer leaves while it is ahead', async () => {
    const cleaned = pending();
    const client = (
      await serve({
        generate: async function* () {
          try {
            for (;;) yield { text: 'x'.repeat(64 * 1_024) };
          } finally {
            cleaned.resolve();
          }
        },
      })
    ).grpc();
    for await (const { text } of client.generate({}, CALL)) if (text !== '') break;
    await cleaned.promise;
  });

  it('holds the producer back when the consumer does not read', async () => {
    let made = 0;
    const client = (
      await serve({
        generate: async function* () {
          for (; made < 1_000; made++) yield { text: 'x'.repeat(64 * 1_024) };
        },
      })
    ).grpc();
    let read = 0;
    for await (const { text } of client.generate({}, CALL)) {
      read += text === '' ? 0 : 1;
      if (read === 1) await until(() => made > 1);
      if (read === 20) expect(made).toBeLessThan(400);
    }
    expect(read).toBe(1_000);
  });

  it('ends at its deadline', async () => {
    const ended = pending<unknown>();
    const client = (await serve({ generate: (_request, call) => endless(call.signal, ended.resolve) })).grpc();
    expect(await refusalOf(textsOf(client.generate({}, { ...CALL, timeoutMs: 50 })))).toMatchObject({ kind: 'timeout' });
    await ended.promise;
  });

  it('is refused with a wrong token before the handler sees it', async () => {
    let calls = 0;
    const client = (
      await serve({
        generate: async function* () {
          calls++;
        },
      })
    ).grpc('another-token-of-tests');
    expect(await refusalOf(textsOf(client.generate({}, CALL)))).toMatchObject({ kind: 'unauthenticated' });
    expect(calls).toBe(0);
  });

  it('continues the caller’s trace in the handler, message after message', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const client = (
      await serve({
        generate: async function* () {
          yield { text: traceHeaders()['traceparent'] ?? '' };
          await Promise.resolve();
          yield { text: traceHeaders()['traceparent'] ?? '' };
        },
      })
    ).grpc();
    const texts = await context.with(contextFrom({ traceparent: `00-${traceId}-b7ad6b7169203331-01` }), () => textsOf(client.generate({}, CALL)));
    expect(texts.map((text) => text.split('-')[1])).toEqual([traceId, traceId]);
  });

  it('is unavailable when the server is cut off in the middle, and works again when it is back', async () => {
    const { grpc, port } = await serving({
      // A handler that listens to nobody: the server has to cut it off.
      generate: async function* () {
        yield { text: 'a' };
        await new Promise(() => undefined);
      },
    });
    const arrived = pending();
    const read = async (): Promise<void> => {
      for await (const { text } of grpc.generate({}, CALL)) if (text === 'a') arrived.resolve();
    };
    const refusal = refusalOf(read());
    await arrived.promise;
    await served?.server.stop(0);
    expect(await refusal).toMatchObject({ kind: 'unavailable' });
    await serve({ countTokens: async () => ({ tokens: 9 }) }, port);
    await until(() =>
      grpc.countTokens({}, CALL).then(
        ({ tokens }) => tokens === 9,
        () => false,
      ),
    );
  });

  async function serving(handlers: Partial<GenerationHandlers>) {
    const { grpcPort } = await serve(handlers);
    return { grpc: (served as ServedGeneration).grpc(), port: grpcPort };
  }

  function streamOf(count: number) {
    return serving({
      generate: async function* () {
        for (let index = 0; index < count; index++) yield { text: `${index}` };
      },
    });
  }
});

describe(`an upload over ${GrpcDoor.name}`, () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function files(uploadFile: Handlers<typeof FilesServiceDefinition>['uploadFile']) {
    const logger = createLogger({ service: 'datasets', level: 'silent' });
    const server = new RpcServer({ service: 'datasets', nats: null, grpcPort: 0, serviceToken: TOKEN, logger, metrics: createMetrics('datasets') });
    const refuse = (): never => {
      throw new Refusal('unimplemented', 'NOT_SERVED', 'not served here');
    };
    const rest = { getFile: refuse, listFiles: refuse, deleteFile: refuse, readFile: refuse, adoptFile: refuse };
    const port = await server.add(FilesServiceDefinition, { ...rest, uploadFile }).start();
    stops.push(() => server.stop(0));
    return createGrpcClient(FilesServiceDefinition, { address: `127.0.0.1:${port}`, serviceToken: TOKEN });
  }

  it('takes the caller’s stream to the handler', async () => {
    const client = await files(async (requests) => {
      let sizeBytes = 0;
      let filename = '';
      for await (const { part } of requests) {
        if (part?.$case === 'header') filename = part.value.filename;
        if (part?.$case === 'chunk') sizeBytes += part.value.length;
      }
      return { filename, sizeBytes };
    });
    const file = await client.uploadFile(partsOf(200), CALL);
    expect([file.filename, file.sizeBytes]).toEqual(['a.jsonl', 200 * 65_536]);
  });

  it('ends the caller’s stream when the handler refuses half-way', async () => {
    let sent = 0;
    let isLeft = false;
    const client = await files(async (requests) => {
      for await (const { part } of requests) if (part?.$case === 'chunk') throw new Refusal('invalid', 'FILE_BAD', 'line 1 is no JSON', { param: 'file' });
      return {};
    });
    const parts = async function* (): ReturnType<typeof partsOf> {
      try {
        for await (const part of partsOf(1_000_000)) {
          sent++;
          yield part;
        }
      } finally {
        isLeft = true;
      }
    };
    expect(await refusalOf(client.uploadFile(parts(), CALL))).toMatchObject({ kind: 'invalid', code: 'FILE_BAD', param: 'file' });
    await until(() => isLeft);
    expect(sent).toBeLessThan(100_000);
  });

  it('breaks the handler’s stream when the caller’s own breaks', async () => {
    const begun = pending();
    const seen = pending<unknown>();
    const client = await files(async (requests, call) => {
      try {
        for await (const { part } of requests) if (part?.$case === 'header') begun.resolve();
      } catch (error) {
        seen.resolve(call.signal.reason);
        throw error;
      }
      return {};
    });
    const parts = async function* (): ReturnType<typeof partsOf> {
      yield { part: { $case: 'header', value: { filename: 'a', purpose: 'user_data', expiresAfterSeconds: 0 } } };
      // Before the header has arrived there would be no stream to break: the call would never have been sent.
      await begun.promise;
      throw new Refusal('cancelled', 'UPLOAD_BROKEN', 'the connection broke');
    };
    expect(await refusalOf(client.uploadFile(parts(), CALL))).toMatchObject({ code: 'UPLOAD_BROKEN' });
    expect(await seen.promise).toMatchObject({ kind: 'cancelled' });
  });
});

describe(GrpcDoor.name, () => {
  it('says by the standard health service how each of its services is, without a token', async () => {
    const { grpcPort } = await serve({});
    const channel = createChannel(`127.0.0.1:${grpcPort}`);
    const health = createClient(HealthDefinition, channel);
    const statuses = await Promise.all(['', 'conch.inference.v1.GenerationService'].map(async (service) => (await health.check({ service })).status));
    channel.close();
    expect(statuses).toEqual([SERVING, SERVING]);
  });

  it.each(REFLECTION_SERVICES)('lists its services and describes them by reflection, without a token, under both of its names: %#', async (reflection) => {
    const { grpcPort } = await serve({});
    const channel = createChannel(`127.0.0.1:${grpcPort}`);
    const { requestType: Request } = ServerReflectionService.serverReflectionInfo as unknown as { requestType: new () => ReflectionRequest };
    const asked = async function* (): AsyncIterable<ReflectionRequest> {
      yield new Request().setListServices('');
      yield new Request().setFileContainingSymbol('conch.inference.v1.GenerationService');
    };
    const answers = [];
    for await (const answer of createClient(reflection as typeof ServerReflectionService, channel).serverReflectionInfo(asked() as never)) answers.push(answer);
    channel.close();
    expect(
      answers[0]
        ?.getListServicesResponse()
        ?.getServiceList()
        .map((service) => service.getName()),
    ).toEqual(['conch.inference.v1.GenerationService']);
    expect(answers[1]?.getFileDescriptorResponse()?.getFileDescriptorProtoList_asU8().length).toBeGreaterThan(0);
  });

  it('gives handlers the deadline of a caller that sets one in gRPC’s own way', async () => {
    const seen = pending<number>();
    const { grpcPort } = await serve({
      countTokens: (_request, call) => {
        seen.resolve((call.deadline?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now());
        return untilAborted(call.signal, () => undefined);
      },
    });
    const client = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${TOKEN}`);
    const method = GenerationServiceDefinition.methods.countTokens;
    const code = await new Promise((resolve) => {
      client.makeUnaryRequest(
        '/conch.inference.v1.GenerationService/CountTokens',
        (message: Parameters<typeof method.requestType.encode>[0]) => Buffer.from(method.requestType.encode(message).finish()),
        (bytes) => method.responseType.decode(bytes),
        method.requestType.fromPartial({}),
        metadata,
        { deadline: Date.now() + 100 },
        (error) => resolve(error?.code),
      );
    });
    client.close();
    expect(code).toBe(4);
    expect(await seen.promise).toBeLessThanOrEqual(100);
  });

  it('carries messages of many megabytes, and says so of one over the limit', async () => {
    const client = (await serve({ embed: async ({ texts }) => ({ model: texts[0] ?? '' }) })).grpc();
    expect((await client.embed({ texts: ['x'.repeat(20_000_000)] }, CALL)).model).toHaveLength(20_000_000);
    expect(await refusalOf(client.embed({ texts: ['x'.repeat(68_000_000)] }, CALL))).toMatchObject({ kind: 'too_large', code: 'MESSAGE_TOO_LARGE' });
  });

  it('refuses to be put up with a method missing', () => {
    const handlers = { embed: async () => ({}), countTokens: async () => ({}) } as unknown as GenerationHandlers;
    const logger = createLogger({ service: 'inference', level: 'silent' });
    const server = new RpcServer({ service: 'inference', nats: null, grpcPort: 0, serviceToken: TOKEN, logger, metrics: createMetrics('inference') });
    expect(() => server.add(GenerationServiceDefinition, handlers)).toThrow('conch.inference.v1.GenerationService: no handler for generate');
  });
});

/** grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING */
const SERVING = 1;

interface ReflectionRequest {
  setListServices(value: string): ReflectionRequest;
  setFileContainingSymbol(value: string): ReflectionRequest;
}

async function* partsOf(
  chunks: number,
): AsyncIterable<{ part: { $case: 'header'; value: { filename: string; purpose: string; expiresAfterSeconds: number } } | { $case: 'chunk'; value: Buffer } }> {
  yield { part: { $case: 'header', value: { filename: 'a.jsonl', purpose: 'user_data', expiresAfterSeconds: 0 } } };
  const chunk = Buffer.alloc(65_536, 0x61);
  for (let index = 0; index < chunks; index++) yield { part: { $case: 'chunk', value: chunk } };
}

async function* endless(signal: AbortSignal, tell: (reason: unknown) => void): AsyncIterable<{ text: string }> {
  yield { text: 'a' };
  await untilAborted(signal, tell);
}
