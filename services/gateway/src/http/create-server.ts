import './fastify-request.js';
import type { Socket } from 'node:net';
import { Refusal } from '@conch/errors';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from '../app.module.js';
import { AuditLog } from '../audit/audit-log.js';
import { Authenticate } from '../auth/authenticate/authenticate.js';
import type { GatewayConfig } from '../config.js';
import type { Connections } from '../platform.module.js';
import { RequestQuota } from '../quotas/request-quota.js';
import { errorBody, retryHeaders, statusOf } from './error-body.js';
import { ErrorFilter, readThrown } from './error.filter.js';
import { guard } from './guard.js';
import { parseJsonBody } from './json-body.js';
import { Operations } from './operations.js';
import { parseQueryString } from './query-string.js';
import { requestIdOf } from './request-id.js';

/** Makes the REST surface, ready to listen (or to be asked directly, in tests). */
export async function createServer(config: GatewayConfig, connections: Connections): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    genReqId: requestIdOf,
    bodyLimit: config.CONCH_MAX_JSON_BYTES,
    // While stopping, what still comes in on an open connection is served, and the connection then closed.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 512, querystringParser: parseQueryString },
    frameworkErrors: (thrown: Error, request: FastifyRequest, reply: FastifyReply): void => {
      const error = readThrown(thrown, request);
      reply.code(statusOf(error)).header('x-request-id', request.id).headers(retryHeaders(error));
      void reply.send(errorBody(error));
    },
    clientErrorHandler: answerMalformedRequest,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, connections), adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: ['error', 'warn'],
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  readBodies(fastify, config.CONCH_MAX_JSON_BYTES);
  guard(fastify, { authenticate: app.get(Authenticate), quota: app.get(RequestQuota), audit: app.get(AuditLog) });
  app.useGlobalFilters(new ErrorFilter(connections.logger, app.get(Operations)));
  await app.init();
  await fastify.ready();
  return app;
}

function readBodies(fastify: FastifyInstance, maxJsonBytes: number): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: maxJsonBytes }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  // Forms stay unread: the upload reads them as a stream.
  fastify.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
}

/** What is not even HTTP is answered in the same shape, straight to the socket. */
function answerMalformedRequest(error: Error & { code?: string }, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const refusal = isTooLarge
    ? new Refusal('too_large', 'HEADERS_TOO_LARGE', 'The request headers are larger than this server takes.')
    : new Refusal('invalid', 'BAD_REQUEST', 'The request is not valid HTTP.');
  const body = JSON.stringify(errorBody(refusal));
  const status = isTooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-request-id: ${requestIdOf({ headers: {} })}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
