import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';

describe('the REST surface', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({});
  }, 60_000);
  afterAll(() => gateway.stop());

  it('refuses a request without a key in the words of OpenAI', async () => {
    const answer = await gateway.request('GET', '/v1/keys', { key: null });
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ error: { type: 'authentication_error', code: 'invalid_api_key', param: null } });
  });

  it('refuses a key that is not one of its own and does not repeat it', async () => {
    const answer = await gateway.request('GET', '/v1/keys', { key: 'sk-conch-not-a-key-of-this-server' });
    expect(answer.statusCode).toBe(401);
    expect(answer.json().error.message).toMatch(/^Incorrect API key provided: sk-\*\*\*rver\./);
  });

  it('answers every request with its id, the caller\'s own where it is fit for logs', async () => {
    const own = await gateway.request('GET', '/v1/keys', { headers: { 'x-request-id': 'abc-1' } });
    expect(own.headers['x-request-id']).toBe('abc-1');
    const unfit = await gateway.request('GET', '/v1/keys', { key: null, headers: { 'x-request-id': 'a b' } });
    expect(unfit.headers['x-request-id']).toMatch(/^req_/);
  });

  it('says where a body stops being JSON', async () => {
    const answer = await gateway.request('POST', '/v1/keys', { headers: { 'content-type': 'application/json' }, payload: '{\n  "name": oops\n}' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ error: { type: 'invalid_request_error', code: 'invalid_json' } });
    expect(answer.json().error.message).toContain('line 2, column 11');
  });

  it('refuses fields that it does not know by name', async () => {
    const answer = await gateway.request('POST', '/v1/keys', { payload: { name: 'x', colour: 'blue' } });
    expect(answer.json()).toMatchObject({ error: { param: 'colour', code: 'unknown_parameter' } });
  });

  it('answers an unknown route with 404 and says what to read', async () => {
    const answer = await gateway.request('GET', '/v1/nothing');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error).toMatchObject({ code: 'unknown_url', message: expect.stringContaining('/openapi.json') });
  });

  it('answers a wrong method with 405 and the right ones', async () => {
    const answer = await gateway.request('PUT', '/v1/keys/key_1', { payload: {} });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['allow']).toBe('DELETE');
    expect(answer.json().error).toMatchObject({ code: 'method_not_allowed', message: expect.stringContaining('DELETE') });
  });
});
