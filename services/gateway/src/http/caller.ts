import type { CallOptions } from '@conch/rpc';
import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Who asks, under which request id, and whether still; fit to be passed on to a peer as it is. */
export interface Caller extends CallOptions {
  readonly requestId: string;
  /** Aborts when the client goes away before the answer is complete. */
  readonly signal: AbortSignal;
  readonly projectName: string;
  readonly keyId: string;
}

/** Whose key a request carries. */
export interface KeyOwner {
  readonly projectId: string;
  readonly projectName: string;
  readonly keyId: string;
}

/** The caller of a request, as a handler's parameter. */
export const From = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const http = context.switchToHttp();
  return callerOf(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});

/** The caller of a request that has been let in. */
export function callerOf(request: FastifyRequest, reply: FastifyReply): Caller {
  if (request.owner === null) throw new Error(`${request.method} ${request.url} was let in without a key`);
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return { ...request.owner, requestId: request.id, signal: gone.signal };
}
