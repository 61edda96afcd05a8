import { type DomainError, Refusal, asDomainError } from '@conch/errors';
import type { Logger } from '@conch/telemetry';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, retryHeaders, statusOf } from './error-body.js';
import { unsupportedMediaType } from './media-type.js';
import type { Operations } from './operations.js';
import { BodyStalled, bodyTooLarge } from './read-body.js';

/** The framework's own messages repeat what they refuse. */
const LONGEST_MESSAGE = 200;

/** Answers every error of the REST surface, wherever it was thrown, in OpenAI's shape. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly operations: Operations,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = thrown instanceof NotFoundException ? unrouted(request, this.operations.methodsOf(request.url)) : readThrown(thrown, request);
    if (error.kind === 'internal') this.logger.error({ err: error.cause ?? error, requestId: request.id, url: request.url }, error.message);
    else if (error.kind === 'unavailable' && error.cause !== undefined) this.logger.warn({ err: error.cause, requestId: request.id }, error.message);
    if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return;
    // Whoever stands still in the middle of a request would hold its connection for ever.
    if (error instanceof BodyStalled) reply.header('connection', 'close');
    void reply.code(statusOf(error)).headers(retryHeaders(error)).type('application/json').send(errorBody(error));
  }
}

/** Our own errors as they are; the framework's in our words; anything else is ours to mend. */
export function readThrown(thrown: unknown, request: Pick<FastifyRequest, 'method' | 'url' | 'headers'>): DomainError {
  const status = thrown instanceof HttpException ? thrown.getStatus() : frameworkStatus(thrown);
  switch (status) {
    case 413:
      return bodyTooLarge(thrown);
    case 415:
      return unsupportedMediaType(request.headers['content-type'], thrown);
    case null:
      return asDomainError(thrown);
    default:
      if (status >= 500) return asDomainError(thrown);
      return new Refusal('invalid', 'BAD_REQUEST', thrown instanceof Error ? thrown.message.slice(0, LONGEST_MESSAGE) : 'The request cannot be read.', {
        cause: thrown,
      });
  }
}

/** The refusal of a request that no handler takes: for its path, or only for its method. */
function unrouted({ method, url }: Pick<FastifyRequest, 'method' | 'url'>, methods: readonly string[]): Refusal {
  const path = (url.split('?', 1)[0] ?? url).slice(0, LONGEST_MESSAGE);
  if (methods.length === 0) return new Refusal('not_found', 'UNKNOWN_URL', `Unknown route: ${method} ${path}. GET /openapi.json lists every route.`);
  const allow = methods.join(', ');
  return new Refusal('invalid', 'METHOD_NOT_ALLOWED', `${path} does not take ${method}. Use ${allow}.`, { facts: { allow } });
}

function frameworkStatus(thrown: unknown): number | null {
  if (!(thrown instanceof Error) || !('statusCode' in thrown) || typeof thrown.statusCode !== 'number') return null;
  return 'code' in thrown && typeof thrown.code === 'string' && thrown.code.startsWith('FST_') ? thrown.statusCode : null;
}
