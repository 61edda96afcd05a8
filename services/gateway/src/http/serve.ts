import { HttpCode, RequestMapping, RequestMethod, SetMetadata, applyDecorators } from '@nestjs/common';
import type { Operation } from './operation.js';

/** Under this key a handler carries its operation. */
export const OPERATION_KEY = 'conch:operation';

const METHOD = { GET: RequestMethod.GET, POST: RequestMethod.POST, DELETE: RequestMethod.DELETE } as const;

/** Makes a controller's method the handler of an operation. */
export function Serve(operation: Operation): MethodDecorator {
  return applyDecorators(RequestMapping({ method: METHOD[operation.method], path: operation.path }), HttpCode(200), SetMetadata(OPERATION_KEY, operation));
}
