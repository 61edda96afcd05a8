import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Observable, from, lastValueFrom } from 'rxjs';
import { OPERATION_KEY, type Operation } from '../http/operation.js';
import { IdempotentRequests, idempotencyKeyOf } from './idempotent-requests.js';

/** Has an operation done once for one Idempotency-Key, and answers a repetition with what the first request was answered. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly requests: IdempotentRequests) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = idempotencyKeyOf(request.headers);
    if (key === null || request.owner === null) return next.handle();
    const { id } = Reflect.getMetadata(OPERATION_KEY, context.getHandler()) as Operation;
    const scope = { projectId: request.owner.projectId, operation: id, key };
    return from(this.requests.once(scope, [request.params, request.query, request.body], () => lastValueFrom(next.handle())));
  }
}
