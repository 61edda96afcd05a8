import { Refusal } from '@conch/errors';
import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { InputOf, Operation } from './operation.js';
import { isTellable } from './tellable.js';
import { type InputPlace, refusalFor } from './zod-refusal.js';

const inject = createParamDecorator((operation: Operation, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  request.operation = operation;
  return readInput(operation, request);
});

/** The checked input of an operation, as a handler's parameter. */
export function Input(operation: Operation): ParameterDecorator {
  return inject(operation);
}

/** Checks a request against an operation's schemas; throws one refusal that names what is wrong and where. */
export function readInput<O extends Operation>(operation: O, request: Pick<FastifyRequest, 'params' | 'query' | 'body'>): InputOf<O> {
  return {
    params: check(operation.params, tellable(request.params, 'path'), 'path'),
    query: check(operation.query, tellable(request.query, 'query'), 'query'),
    body: operation.isMultipart ? undefined : check(operation.body, request.body, 'body'),
  } as InputOf<O>;
}

/** Refuses a NUL or half of a character in the URL, which no peer could take. */
function tellable(given: unknown, place: InputPlace): unknown {
  const values = Object.entries(given ?? {}).flatMap(([name, value]) => [[name, name], ...texts(value).map((text) => [name, text])]);
  const fault = values.find(([, text = '']) => !isTellable(text));
  if (fault === undefined) return given ?? {};
  throw new Refusal('invalid', 'INVALID_CHARACTER', `The ${place} holds a NUL character or half of a surrogate pair. Leave it out.`, { param: place });
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, inner]) => [name, ...texts(inner)]) : [];
}

function check(schema: z.ZodType, value: unknown, place: InputPlace): unknown {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw refusalFor(result.error, place);
  return result.data;
}
