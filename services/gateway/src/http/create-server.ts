import './fastify-request.js';
import type { IncomingMessage } from 'node:http';
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
import { type BodyLimits, readBody } from './read-body.js';
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
  readBodies(fastify, { maxBytes: config.CONCH_MAX_JSON_BYTES, idleMs: config.CONCH_BODY_IDLE_MS });
  guard(fastify, { authenticate: app.get(Authenticate), quota: app.get(RequestQuota), audit: app.get(AuditLog) });
  app.useGlobalFilters(new ErrorFilter(connections.logger, app.get(Operations)));
  await app.init();
  await fastify.ready();
  return app;
}

function readBodies(fastify: FastifyInstance, limits: BodyLimits): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', async (_request: FastifyRequest, body: IncomingMessage) => parseJsonBody(await readBody(body, limits)));
  // Forms stay unread: the upload reads them as a stream.
  fastify.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null));
}

/** What is not even HTTP is answered in the same shape, straight to the socket. */
export function answerMalformedRequest(error: Error & { code?: string }, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const { status, refusal } = malformedAs(error.code);
  const body = JSON.stringify(errorBody(refusal));
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-request-id: ${requestIdOf({ headers: {} })}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function malformedAs(code: string | undefined): { readonly status: string; readonly refusal: Refusal } {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const refusal = new Refusal('too_large', 'HEADERS_TOO_LARGE', 'The request headers are larger than this server takes.');
    return { status: '431 Request Header Fields Too Large', refusal };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const refusal = new Refusal('timeout', 'REQUEST_STALLED', 'Nothing arrived for too long, though the request was not complete. Send it again.');
    return { status: '408 Request Timeout', refusal };
  }
  return { status: '400 Bad Request', refusal: new Refusal('invalid', 'BAD_REQUEST', 'The request is not valid HTTP.') };
}
