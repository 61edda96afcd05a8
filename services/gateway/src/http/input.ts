import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { InputOf, Operation } from './operation.js';
import { refuseUntellable } from './tellable.js';
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
  refuseUntellable(request.params, 'path');
  refuseUntellable(request.query, 'query');
  // What is kept is kept as it is; models, on the other hand, read any text.
  if (operation.changes && operation.answer.kind === 'json') refuseUntellable(request.body, 'body');
  return {
    params: check(operation.params, request.params ?? {}, 'path'),
    query: check(operation.query, request.query ?? {}, 'query'),
    body: operation.isMultipart ? undefined : check(operation.body, request.body, 'body'),
  } as InputOf<O>;
}

function check(schema: z.ZodType, value: unknown, place: InputPlace): unknown {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw refusalFor(result.error, place);
  return result.data;
}
