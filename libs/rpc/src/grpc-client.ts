import { DomainError, Refusal } from '@conch/errors';
import { traceHeaders } from '@conch/telemetry';
import { type Channel, ClientError, Metadata, createChannel, createClient } from 'nice-grpc';
import type { CallOptions, GrpcClient, ServiceContract } from './contract.js';
import { HEADER, abortReason, deadlineExceeded, errorFromHeaders, kindOfStatus } from './wire.js';

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
    'grpc.max_receive_message_length': 64 * 1024 * 1024,
    'grpc.max_send_message_length': 64 * 1024 * 1024,
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
    client[key] = method.responseStream
      ? (request: unknown, call: CallOptions) => streamed(invoke, request, call, options)
      : (request: unknown, call: CallOptions) => unary(invoke, request, call, options);
  }
  return client as GrpcClient<D>;
}

async function unary(invoke: RawMethod, request: unknown, call: CallOptions, options: ClientOptions): Promise<unknown> {
  const opened = open(call, call.timeoutMs ?? options.defaultTimeoutMs, options);
  try {
    return await (invoke(request, opened.callOptions) as Promise<unknown>);
  } catch (error) {
    throw opened.translate(error);
  } finally {
    opened.close();
  }
}

async function* streamed(invoke: RawMethod, request: unknown, call: CallOptions, options: ClientOptions): AsyncIterable<unknown> {
  const opened = open(call, call.timeoutMs, options);
  try {
    yield* invoke(request, opened.callOptions) as AsyncIterable<unknown>;
  } catch (error) {
    throw opened.translate(error);
  } finally {
    opened.close();
  }
}

function open(call: CallOptions, timeoutMs: number | undefined, options: ClientOptions) {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${options.serviceToken}`);
  metadata.set(HEADER.project, call.projectId);
  metadata.set(HEADER.requestId, call.requestId ?? '');
  for (const [name, value] of Object.entries(traceHeaders())) metadata.set(name, value);
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  if (timeoutMs !== undefined) {
    metadata.set(HEADER.deadlineMs, String(timeoutMs));
    timer = setTimeout(() => ended.abort(deadlineExceeded()), timeoutMs);
  }
  const passOn = (): void => ended.abort(call.signal?.reason);
  if (call.signal?.aborted === true) passOn();
  else call.signal?.addEventListener('abort', passOn, { once: true });
  let trailer: Metadata | undefined;
  return {
    callOptions: {
      metadata,
      signal: ended.signal,
      onTrailer: (received: Metadata) => {
        trailer = received;
      },
    },
    translate: (error: unknown): DomainError => {
      if (error instanceof DomainError) return error;
      if (ended.signal.aborted) return abortReason(ended.signal);
      if (error instanceof ClientError) return errorFromHeaders((name) => textOf(trailer?.get(name)), error.details, kindOfStatus(error.code));
      return new Refusal('internal', 'INTERNAL', 'A call between services failed.', { cause: error });
    },
    close: () => {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', passOn);
    },
  };
}

function textOf(value: string | Uint8Array | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
