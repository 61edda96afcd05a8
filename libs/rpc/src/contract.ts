import type { TsProtoServiceDefinition } from 'nice-grpc';

/** A service as the generated contracts describe it. */
export type ServiceContract = TsProtoServiceDefinition;

type Method<D extends ServiceContract, M extends keyof D['methods']> = D['methods'][M];

/** The message that a method receives. */
export type RequestOf<D extends ServiceContract, M extends keyof D['methods']> = ReturnType<Method<D, M>['requestType']['decode']>;

/** The message that a method answers with. */
export type ResponseOf<D extends ServiceContract, M extends keyof D['methods']> = ReturnType<Method<D, M>['responseType']['decode']>;

/** A message with any field left out; what is left out takes the protocol's default. */
export type PartialMessage<T> = T extends Date | Buffer | Uint8Array | string | number | boolean | undefined | null
  ? T
  : T extends readonly (infer E)[]
    ? readonly PartialMessage<E>[]
    : T extends { $case: string; value: unknown }
      ? { readonly $case: T['$case']; readonly value: PartialMessage<T['value']> }
      : { readonly [K in keyof T]?: PartialMessage<T[K]> | undefined };

/** What a handler knows of the call beside its message. */
export interface CallContext {
  /** The caller's project; SYSTEM_PROJECT for calls that serve no single project. */
  readonly projectId: string;
  readonly requestId: string;
  /** Aborts when the caller went away or the deadline passed. */
  readonly signal: AbortSignal;
  readonly deadline: Date | null;
}

/** One handler a method, whatever the door that a call comes in by. */
export type Handlers<D extends ServiceContract> = {
  readonly [M in keyof D['methods']]: Method<D, M>['requestStream'] extends true
    ? (requests: AsyncIterable<RequestOf<D, M>>, call: CallContext) => Promise<PartialMessage<ResponseOf<D, M>>>
    : Method<D, M>['responseStream'] extends true
      ? (request: RequestOf<D, M>, call: CallContext) => AsyncIterable<PartialMessage<ResponseOf<D, M>>>
      : (request: RequestOf<D, M>, call: CallContext) => Promise<PartialMessage<ResponseOf<D, M>>>;
};

/** What every call takes beside its message. */
export interface CallOptions {
  readonly projectId: string;
  readonly requestId?: string | undefined;
  /** Milliseconds; the client's default when absent. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

type UnaryNames<D extends ServiceContract> = {
  [M in keyof D['methods']]: Method<D, M>['requestStream'] extends true ? never : Method<D, M>['responseStream'] extends true ? never : M;
}[keyof D['methods']];

/** The unary methods of a service, over NATS. */
export type NatsClient<D extends ServiceContract> = {
  readonly [M in UnaryNames<D>]: (request: PartialMessage<RequestOf<D, M>>, call: CallOptions) => Promise<ResponseOf<D, M>>;
};

/** All methods of a service, over gRPC. */
export type GrpcClient<D extends ServiceContract> = {
  readonly [M in keyof D['methods']]: Method<D, M>['requestStream'] extends true
    ? (requests: AsyncIterable<PartialMessage<RequestOf<D, M>>>, call: CallOptions) => Promise<ResponseOf<D, M>>
    : Method<D, M>['responseStream'] extends true
      ? (request: PartialMessage<RequestOf<D, M>>, call: CallOptions) => AsyncIterable<ResponseOf<D, M>>
      : (request: PartialMessage<RequestOf<D, M>>, call: CallOptions) => Promise<ResponseOf<D, M>>;
};

/** The project of calls that serve no single project: reconcilers, runners, start-up. */
export const SYSTEM_PROJECT = '*';
