import { Client, type ClientDuplexStream, type MethodDefinition, Metadata, type ServiceError, credentials, status } from '@grpc/grpc-js';
import { GRPCInferenceServiceDefinition, type ModelInferRequest, type ModelStreamInferResponse } from '@conch/contracts/kserve';

type Methods = (typeof GRPCInferenceServiceDefinition)['methods'];
type UnaryName = Exclude<keyof Methods, 'modelStreamInfer'>;
type RequestOf<M extends keyof Methods> = Parameters<Methods[M]['requestType']['encode']>[0];
type ResponseOf<M extends keyof Methods> = ReturnType<Methods[M]['responseType']['decode']>;

const PREFIX = `/${GRPCInferenceServiceDefinition.fullName}/`;

/**
 * One HTTP/2 channel to Triton. It speaks plain grpc-js instead of a wrapper, because every streamed token passes here and a
 * message costs tens of microseconds already.
 */
export class TritonChannel {
  private readonly client: Client;

  constructor(address: string) {
    this.client = new Client(address, credentials.createInsecure(), {
      'grpc.keepalive_time_ms': 20_000,
      'grpc.keepalive_timeout_ms': 5_000,
      'grpc.keepalive_permit_without_calls': 1,
      'grpc.max_receive_message_length': 64 * 1024 * 1024,
      'grpc.max_send_message_length': 64 * 1024 * 1024,
      // Triton comes back within seconds of a crash; waiting a minute between tries would outlast it.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
    });
  }

  /** One unary call; rejects with grpc-js's ServiceError. */
  unary<M extends UnaryName>(method: M, request: RequestOf<M>, options: { timeoutMs: number; signal?: AbortSignal }): Promise<ResponseOf<M>> {
    const definition = definitionOf(method);
    return new Promise((resolve, reject) => {
      const call = this.client.makeUnaryRequest(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        request,
        new Metadata(),
        { deadline: Date.now() + options.timeoutMs },
        (error: ServiceError | null, response?: ResponseOf<M>) => {
          options.signal?.removeEventListener('abort', cancel);
          if (error !== null || response === undefined) reject(error ?? new Error(`${String(method)} gave no response`));
          else resolve(response);
        },
      );
      const cancel = (): void => call.cancel();
      if (options.signal?.aborted === true) cancel();
      else options.signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** One generation's stream; Triton cancels by stream, so no two generations share one. */
  stream(): ClientDuplexStream<ModelInferRequest, ModelStreamInferResponse> {
    const definition = definitionOf('modelStreamInfer');
    return this.client.makeBidiStreamRequest(definition.path, definition.requestSerialize, definition.responseDeserialize, new Metadata());
  }

  close(): void {
    this.client.close();
  }
}

/** Whether a failed call means that the server is away rather than that it refused. */
export function isServerAway(error: unknown): boolean {
  const code = (error as Partial<ServiceError> | null)?.code;
  return code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED;
}

function definitionOf<M extends keyof Methods>(method: M): MethodDefinition<RequestOf<M>, ResponseOf<M>> {
  const { name, requestType, responseType, requestStream, responseStream } = GRPCInferenceServiceDefinition.methods[method];
  const request = requestType as unknown as { encode(message: RequestOf<M>): { finish(): Uint8Array }; decode(bytes: Uint8Array): RequestOf<M> };
  const response = responseType as unknown as { encode(message: ResponseOf<M>): { finish(): Uint8Array }; decode(bytes: Uint8Array): ResponseOf<M> };
  return {
    path: PREFIX + name,
    requestStream,
    responseStream,
    requestSerialize: (message) => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (message) => Buffer.from(response.encode(message).finish()),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}
