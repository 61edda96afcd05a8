import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { OPERATION_KEY, type Operation } from './operation.js';

/** Every operation that some controller serves, for the documentation and for refusals that name the right method. */
@Injectable()
export class Operations {
  private found: readonly Operation[] | null = null;

  constructor(private readonly discovery: DiscoveryService) {}

  all(): readonly Operation[] {
    this.found ??= this.discovery.getControllers().flatMap(({ metatype }) => operationsOf(metatype));
    return this.found;
  }

  /** The methods that a path takes; none when there is no such path. */
  methodsOf(url: string): string[] {
    const segments = (url.split('?', 1)[0] ?? '').split('/');
    return [...new Set(this.all().flatMap((operation) => (fits(operation.path.split('/'), segments) ? [operation.method] : [])))].sort();
  }
}

function operationsOf(controller: unknown): Operation[] {
  if (typeof controller !== 'function') return [];
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const operation: unknown = typeof handler === 'function' ? Reflect.getMetadata(OPERATION_KEY, handler) : undefined;
    return operation === undefined ? [] : [operation as Operation];
  });
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length && pattern.every((part, index) => (part.startsWith(':') ? segments[index] !== '' : part === segments[index]));
}
