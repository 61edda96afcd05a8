import type { ServiceDefinition } from '@grpc/grpc-js';
import { ServerReflectionService } from 'nice-grpc-server-reflection';

/**
 * Server reflection under the two names that clients know: `grpc.reflection.v1`, and `grpc.reflection.v1alpha`, its equal message for
 * message, which Python's client and older tools still ask for.
 */
export const REFLECTION_SERVICES: readonly ServiceDefinition[] = [ServerReflectionService, underName('grpc.reflection.v1alpha.')];

function underName(packagePrefix: string): ServiceDefinition {
  const methods = Object.entries(ServerReflectionService as ServiceDefinition);
  return Object.fromEntries(methods.map(([key, method]) => [key, { ...method, path: method.path.replace('grpc.reflection.v1.', packagePrefix) }]));
}
