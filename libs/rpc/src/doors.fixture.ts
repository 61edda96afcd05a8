import { GenerationServiceDefinition } from '@conch/contracts/inference';
import { createLogger, createMetrics } from '@conch/telemetry';
import type { NatsConnection } from '@nats-io/transport-node';
import { type CallOptions, type GrpcClient, type Handlers, RpcServer, createGrpcClient, createNatsClient } from './index.js';

export type Door = 'nats' | 'grpc';
export type GenerationHandlers = Handlers<typeof GenerationServiceDefinition>;
/** What both doors offer. */
export type UnaryGeneration = Pick<GrpcClient<typeof GenerationServiceDefinition>, 'embed' | 'countTokens'>;

export const TOKEN = 'a-service-token-of-tests';
export const CALL: CallOptions = { projectId: 'proj_1' };

/** A service with the given handlers; those left out answer with nothing. */
export class ServedGeneration {
  readonly metrics = createMetrics('inference');
  readonly server: RpcServer;
  grpcPort = 0;

  constructor(nats: NatsConnection | null, handlers: Partial<GenerationHandlers>, grpcPort = 0) {
    const logger = createLogger({ service: 'inference', level: 'silent' });
    this.server = new RpcServer({ service: 'inference', nats, grpcPort, serviceToken: TOKEN, logger, metrics: this.metrics });
    this.server.add(GenerationServiceDefinition, { ...SILENT, ...handlers });
  }

  static async start(nats: NatsConnection | null, handlers: Partial<GenerationHandlers>, grpcPort = 0): Promise<ServedGeneration> {
    const served = new ServedGeneration(nats, handlers, grpcPort);
    served.grpcPort = await served.server.start();
    return served;
  }

  client(door: Door, nats: NatsConnection, serviceToken = TOKEN): UnaryGeneration {
    if (door === 'grpc') return this.grpc(serviceToken);
    return createNatsClient(GenerationServiceDefinition, { nats, service: 'inference', serviceToken, defaultTimeoutMs: 10_000, findServiceMs: 300 });
  }

  grpc(serviceToken = TOKEN): GrpcClient<typeof GenerationServiceDefinition> {
    return createGrpcClient(GenerationServiceDefinition, { address: `127.0.0.1:${this.grpcPort}`, serviceToken, defaultTimeoutMs: 10_000 });
  }

  /** The calls that were measured: method, door, outcome, count. */
  async callCounts(): Promise<readonly string[]> {
    const metric = await this.metrics.registry.getSingleMetric('rpc_server_duration_seconds')?.get();
    return (metric?.values ?? [])
      .filter((value) => 'metricName' in value && value.metricName === 'rpc_server_duration_seconds_count')
      .map(({ labels, value }) => `${labels['method']} ${labels['transport']} ${labels['outcome']} ${value}`);
  }

  stop(): Promise<void> {
    return this.server.stop(0);
  }
}

const SILENT: GenerationHandlers = {
  generate: async function* () {},
  embed: async () => ({}),
  countTokens: async () => ({}),
};

/** A promise that rejects when the signal aborts, as a well-behaved handler's work does; tells the reason to whoever asks. */
export function untilAborted(signal: AbortSignal, tell: (reason: unknown) => void): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => {
      tell(signal.reason);
      reject(new Error('the work was interrupted'));
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

/** What a call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => {
      throw new Error('The call was answered.');
    },
    (error: unknown) => error,
  );
}

/** Waits until a claim holds. */
export async function until(claim: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (!(await claim())) {
    if (Date.now() > giveUpAt) throw new Error('It did not come true within 20 s.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A promise and the means to fulfil it. */
export function pending<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
