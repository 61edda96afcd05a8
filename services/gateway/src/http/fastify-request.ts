import type { KeyOwner } from './caller.js';
import type { Operation } from './operation.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key the request carries; null on public routes. */
    owner: KeyOwner | null;
    /** The operation that handles the request; null until one does. */
    operation: Operation | null;
  }
}
