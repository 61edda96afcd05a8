import { DomainError, Refusal } from '@conch/errors';
import { type Channel, ClientError, type Metadata, createChannel, createClient } from 'nice-grpc';
import type { CallOptions, GrpcClient, ServiceContract } from './contract.js';
import { PlacedCall } from './placed-call.js';
import { CHANNEL_LIMITS, HEADER, abortReason, errorFromHeaders, errorFromStatus } from './wire.js';

interface ClientOptions {
  /** `host:port` */
  readonly address: string;
  readonly serviceToken: string;
  /** For unary calls that name none; streams have none of their own accord. */
  readonly defaultTimeoutMs?: number;
}

const channels = new Map<string, Channel>();

/** One HTTP/2 channel an address is enough for a process, and keeps the handshakes down. */
function channelTo(address: string): Channel {
  const existing = channels.get(address);
  if (existing !== undefined) return existing;
  const channel = createChannel(address, undefined, {
    ...CHANNEL_LIMITS,
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
  });
  channels.set(address, channel);
  return channel;
}

/** Closes every channel that this process opened; for a clean end. */
export function closeGrpcChannels(): void {
  for (const channel of channels.values()) channel.close();
  channels.clear();
}

type RawMethod = (request: unknown, options: { metadata: Metadata; signal: AbortSignal; onTrailer: (trailer: Metadata) => void }) => unknown;

/** A client for all of a service's methods over gRPC; errors arrive as the server threw them. */
export function createGrpcClient<D extends ServiceContract>(definition: D, options: ClientOptions): GrpcClient<D> {
  const raw = createClient(definition, channelTo(options.address)) as unknown as Record<string, RawMethod>;
  const client: Record<string, unknown> = {};
  for (const [key, method] of Object.entries(definition.methods)) {
    const invoke = raw[key];
    if (invoke === undefined) continue;
    const defaultTimeoutMs = method.requestStream || method.responseStream ? undefined : options.defaultTimeoutMs;
    client[key] = method.responseStream
      ? (request: unknown, call: CallOptions) => streamed(invoke, request, call, options)
      : (request: unknown, call: CallOptions) => answered(invoke, request, { ...call, timeoutMs: call.timeoutMs ?? defaultTimeoutMs }, options);
  }
  return client as GrpcClient<D>;
}

async function answered(invoke: RawMethod, request: unknown, call: CallOptions, options: ClientOptions): Promise<unknown> {
  const placed = new PlacedCall(call, options.serviceToken);
  try {
    return await invoke(request, placed);
  } catch (error) {
    throw asRefusal(error, placed, options);
  } finally {
    placed.close();
  }
}

async function* streamed(invoke: RawMethod, request: unknown, call: CallOptions, options: ClientOptions): AsyncIterable<unknown> {
  const placed = new PlacedCall(call, options.serviceToken);
  try {
    // Not `yield*`, which turns the microtask queue twice as often for each message.
    for await (const message of invoke(request, placed) as AsyncIterable<unknown>) yield message;
  } catch (error) {
    throw asRefusal(error, placed, options);
  } finally {
    placed.close();
  }
}

function asRefusal(error: unknown, placed: PlacedCall, options: ClientOptions): DomainError {
  if (error instanceof DomainError) return error;
  if (placed.signal.aborted) return abortReason(placed.signal);
  if (!(error instanceof ClientError)) return new Refusal('internal', 'INTERNAL', 'A call between services failed.', { cause: error });
  const read = (name: string): string | undefined => {
    const value = placed.trailer?.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return read(HEADER.errorKind) === undefined ? errorFromStatus(error, options.address) : errorFromHeaders(read, error.details);
}
