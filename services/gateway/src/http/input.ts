import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { unsupportedMediaType } from './media-type.js';
import type { InputOf, Operation } from './operation.js';
import { refuseUntellable } from './tellable.js';
import { type InputPlace, refusalFor } from './zod-refusal.js';

const inject = createParamDecorator((operation: Operation, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  request.operation = operation;
  // Forms are left unread for uploads; anywhere else one would count as no body at all.
  const contentType = request.headers['content-type'];
  if (!operation.isMultipart && contentType !== undefined && /^\s*multipart\//i.test(contentType)) throw unsupportedMediaType(contentType);
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
  // What is kept or looked up has to be writable as it is; models, on the other hand, read any text.
  refuseUntellable(withoutTexts(request.body, operation.texts), 'body');
  return {
    params: check(operation.params, request.params ?? {}, 'path'),
    query: check(operation.query, request.query ?? {}, 'query'),
    body: operation.isMultipart ? undefined : check(operation.body, request.body, 'body'),
  } as InputOf<O>;
}

function withoutTexts(body: unknown, texts: readonly string[]): unknown {
  if (texts.length === 0 || typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !texts.includes(name)));
}

function check(schema: z.ZodType, value: unknown, place: InputPlace): unknown {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw refusalFor(result.error, place);
  return result.data;
}
