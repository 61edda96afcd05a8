import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditLog } from '../audit/audit-log.js';
import type { Authenticate } from '../auth/authenticate/authenticate.js';
import type { RequestQuota } from '../quotas/request-quota.js';
import type { KeyOwner } from './caller.js';

interface Gatekeepers {
  readonly authenticate: Authenticate;
  readonly quota: RequestQuota;
  readonly audit: AuditLog;
}

/** Paths that answer without a key. */
const PUBLIC = new Set(['/', '/healthz', '/openapi.json', '/docs']);

/** Lets requests in before anything of their body is read, and notes the changes that they made when they are done. */
export function guard(fastify: FastifyInstance, { authenticate, quota, audit }: Gatekeepers): void {
  fastify.decorateRequest('owner', null);
  fastify.decorateRequest('operation', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (isPublic(request)) return done();
    const admit = (owner: KeyOwner): void => {
      request.owner = owner;
      reply.headers(quota.take(owner.projectId));
    };
    try {
      const presented = authenticate.execute(request.headers.authorization);
      // A key that was seen before costs no turn of the event loop.
      if (!(presented instanceof Promise)) {
        admit(presented);
        return done();
      }
      presented.then(admit).then(() => done(), done);
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    noteChange(audit, request, reply);
    done();
  });
}

function isPublic(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const path = request.url.split('?', 1)[0] ?? '';
  return PUBLIC.has(path) || path.startsWith('/docs/');
}

function noteChange(audit: AuditLog, request: FastifyRequest, reply: FastifyReply): void {
  const { owner, operation } = request;
  if (owner === null || operation === null || !operation.changes) return;
  audit.note({ ...owner, requestId: request.id, operation: operation.id, path: request.url, status: reply.statusCode });
}
