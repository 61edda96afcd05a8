export { SYSTEM_PROJECT } from './contract.js';
export type { CallContext, CallOptions, GrpcClient, Handlers, NatsClient, PartialMessage, RequestOf, ResponseOf, ServiceContract } from './contract.js';
export { connectNats } from './connect-nats.js';
export { closeGrpcChannels, createGrpcClient } from './grpc-client.js';
export { createNatsClient } from './nats-client.js';
export { RpcServer } from './rpc-server.js';
export type { RpcServerOptions } from './rpc-server.js';
export { HEADER } from './wire.js';
