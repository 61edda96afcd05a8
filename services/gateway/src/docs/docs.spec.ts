import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { Operations } from '../http/operations.js';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
}

interface Route {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Record<string, unknown> }> };
  readonly responses: Record<string, unknown>;
  readonly security?: unknown[];
}

interface Document {
  readonly paths: Record<string, Record<string, Route>>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

describe('what the gateway says of itself', () => {
  let gateway: TestGateway;
  let document: Document;

  beforeAll(async () => {
    gateway = await startGateway({ deployments: { ensureDeployment: async () => Promise.reject(new Error('not asked')) } });
    document = (await gateway.request('GET', '/openapi.json', { key: null })).json();
  }, 60_000);
  afterAll(() => gateway.stop());

  it('describes every operation that is served, and each under its own id', () => {
    const described = Object.values(document.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(described.toSorted()).toEqual(
      gateway.app
        .get(Operations)
        .all()
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(new Set(described).size).toBe(described.length);
  });

  it('refers to nothing that it does not have', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path.split('/'));
    const missing = references.filter((path) => path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document) === undefined);
    expect(references.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('describes parameters, bodies and answers by the schemas that check them', () => {
    const list = document.paths['/v1/fine_tuning/jobs']?.['get'];
    expect(list?.parameters).toContainEqual(
      expect.objectContaining({ name: 'limit', in: 'query', required: false, schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 } }),
    );
    expect(list?.parameters).toContainEqual(expect.objectContaining({ name: 'metadata', style: 'deepObject' }));
    const create = document.paths['/v1/fine_tuning/jobs']?.['post'];
    expect(create?.requestBody?.content['application/json']?.schema).toMatchObject({ required: ['model', 'training_file'], additionalProperties: false });
    expect(create?.parameters).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key', in: 'header' }));
    expect(create?.responses['200']).toMatchObject({ content: { 'application/json': { schema: { $ref: '#/components/schemas/FineTuningJob' } } } });
    expect(document.paths['/v1/files']?.['post']?.requestBody?.content['multipart/form-data']?.schema).toMatchObject({
      properties: { file: { format: 'binary' } },
    });
    expect(document.paths['/v1/models/{model}']?.['get']?.parameters).toContainEqual(expect.objectContaining({ name: 'model', in: 'path', required: true }));
  });

  it('lets exactly those operations in without a key that it describes so', async () => {
    for (const operation of gateway.app.get(Operations).all()) {
      const url = operation.path.replace('/docs/:file', '/docs/start.js').replace(/:\w+/g, 'x');
      const answer = await gateway.request(operation.method, url, { key: null });
      expect([operation.id, answer.statusCode === 401]).toEqual([operation.id, !operation.isPublic]);
    }
  });

  it('shows the documentation without any part from elsewhere', async () => {
    const page = await gateway.request('GET', '/docs', { key: null });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.body).not.toMatch(/https?:\/\//);
    for (const [, file] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect([file, (await gateway.request('GET', file ?? '', { key: null })).statusCode]).toEqual([file, 200]);
    }
    expect((await gateway.request('GET', '/docs/package.json', { key: null })).statusCode).toBe(404);
  });

  it('says where things are, and whether it is well', async () => {
    expect((await gateway.request('GET', '/', { key: null })).json()).toMatchObject({ name: 'Conch', api: '/v1', docs: '/docs' });
    expect((await gateway.request('GET', '/healthz', { key: null })).json()).toEqual({ status: 'ok', checks: { database: 'ok', nats: 'ok' } });
  });
});
