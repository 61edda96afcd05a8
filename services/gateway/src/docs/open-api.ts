import type { z } from 'zod';
import { ErrorBodySchema } from '../http/error-body.js';
import type { Answer, Operation } from '../http/operation.js';
import { ComponentSchemas } from './component-schemas.js';

type Json = Record<string, unknown>;

interface ObjectSchema extends Json {
  readonly properties?: Record<string, Json>;
  readonly required?: readonly string[];
}

const ABOUT =
  'Turns your own examples and documents into a model you can call. Point an OpenAI SDK at `/v1`: files, fine-tuning jobs, models, chat, completions, embeddings, vector stores and responses have the shapes that it expects.';

/** The OpenAPI document of the operations; it is made of the same schemas that check the requests. */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const schemas = new ComponentSchemas();
  const errors = { description: 'What was wrong, where, and what to do.', content: json(schemas.output(ErrorBodySchema)) };
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Conch', version, description: ABOUT, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components,
      responses: { Error: errors },
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An API key of this server: `sk-conch-…`.' } },
    },
  };
}

function describe(operation: Operation, schemas: ComponentSchemas): Json {
  const parameters = [
    ...parametersOf(operation.params, 'path', schemas),
    ...parametersOf(operation.query, 'query', schemas),
    ...(operation.idempotency === 'none' ? [] : [IDEMPOTENCY_KEY]),
  ];
  const body = schemas.input(operation.body);
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.isPublic ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasFields(body)
      ? { requestBody: { required: true, content: { [operation.isMultipart ? 'multipart/form-data' : 'application/json']: { schema: body } } } }
      : {}),
    responses: { 200: { description: 'Done.', content: contentOf(operation.answer, schemas) }, default: { $ref: '#/components/responses/Error' } },
  };
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'The same key has the same request done once, however often it is sent.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function parametersOf(schema: z.ZodType, place: 'path' | 'query', schemas: ComponentSchemas): Json[] {
  const { properties = {}, required = [] } = schemas.input(schema) as ObjectSchema;
  return Object.entries(properties).map(([name, { description, ...type }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    // `metadata[key]=value`, as the SDKs write it.
    ...(type['type'] === 'object' ? { style: 'deepObject', explode: true } : {}),
    schema: type,
  }));
}

function hasFields(body: ObjectSchema): boolean {
  const { anyOf } = body as { anyOf?: ObjectSchema[] };
  if (anyOf !== undefined) return anyOf.some(hasFields);
  return body['$ref'] !== undefined || Object.keys(body.properties ?? {}).length > 0;
}

function contentOf(answer: Answer, schemas: ComponentSchemas): Json {
  switch (answer.kind) {
    case 'json':
      return json(schemas.output(answer.schema));
    case 'json-or-events':
      return { ...json(schemas.output(answer.schema)), 'text/event-stream': { schema: schemas.output(answer.event) } };
    case 'bytes':
      return { [answer.type ?? 'application/octet-stream']: { schema: { type: 'string', format: 'binary' } } };
  }
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}
