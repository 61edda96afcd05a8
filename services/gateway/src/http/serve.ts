import { HttpCode, RequestMapping, RequestMethod, SetMetadata, UseInterceptors, applyDecorators } from '@nestjs/common';
import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor.js';
import { OPERATION_KEY, type Operation } from './operation.js';

const METHOD = { GET: RequestMethod.GET, POST: RequestMethod.POST, DELETE: RequestMethod.DELETE } as const;

/** Makes a controller's method the handler of an operation. */
export function Serve(operation: Operation): MethodDecorator {
  const route = [RequestMapping({ method: METHOD[operation.method], path: operation.path }), HttpCode(200), SetMetadata(OPERATION_KEY, operation)];
  return applyDecorators(...route, ...(operation.idempotency === 'kept' ? [UseInterceptors(IdempotencyInterceptor)] : []));
}
