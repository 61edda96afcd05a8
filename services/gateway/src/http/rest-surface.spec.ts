import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { answerMalformedRequest } from './create-server.js';

describe('the REST surface', () => {
  let gateway: TestGateway;
  let baseUrl: string;

  beforeAll(async () => {
    gateway = await startGateway({}, { CONCH_BODY_IDLE_MS: '300' });
    baseUrl = await gateway.listen();
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

  it("answers every request with its id, the caller's own where it is fit for logs", async () => {
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

  it('refuses what is no object in a sentence', async () => {
    const answer = await gateway.request('POST', '/v1/keys', { headers: { 'content-type': 'application/json' }, payload: 'null' });
    expect(answer.json().error.message).toBe('The request is invalid: expected object, received null.');
  });

  it.each([
    ['GET', '/v1/files/file-%00', undefined, 'path'],
    ['GET', '/v1/fine_tuning/jobs?metadata[a]=%00', undefined, 'query'],
    ['POST', '/v1/keys', '{"name":"a\\u0000b"}', 'name'],
    ['POST', '/v1/keys', '{"name":"half \\ud83d"}', 'name'],
  ] as const)('refuses characters that cannot be kept: %s %s %s', async (method, url, payload, param) => {
    const answer = await gateway.request(method, url, payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ code: 'invalid_character', param });
  });

  it.each(['/v1/vector_stores', '/v1/fine_tuning/jobs'])('refuses a name that objects cannot have of their own, as it would get lost: %s', async (url) => {
    const payload = '{"model":"m","training_file":"file-1","metadata":{"__proto__":"x"}}';
    const answer = await gateway.request('POST', url, { payload, headers: { 'content-type': 'application/json' } });
    expect([answer.statusCode, answer.json().error.param]).toEqual([400, 'metadata.__proto__']);
  });

  it.each(['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])('refuses a body of %s where JSON is read', async (type) => {
    const answer = await gateway.request('POST', '/v1/vector_stores', { payload: 'name=a', headers: { 'content-type': type } });
    expect([answer.statusCode, answer.json().error.code]).toEqual([415, 'unsupported_media_type']);
  });

  it('repeats little of what it refuses', async () => {
    const long = 'x'.repeat(10_000);
    const answers = [
      await gateway.request('POST', '/v1/keys', { payload: { name: 'a', [long]: 1 } }),
      await gateway.request('POST', '/v1/keys', { payload: `{"${long}":"\\u0000"}`, headers: { 'content-type': 'application/json' } }),
      await gateway.request('GET', `/v1/${long}`),
    ];
    expect(answers.map(({ statusCode, body }) => [statusCode, body.length < 1_000])).toEqual([
      [400, true],
      [400, true],
      [404, true],
    ]);
  });

  it('refuses a version that is no number of one', async () => {
    const answer = await gateway.request('POST', '/v1/registry/models/m/aliases', { payload: { alias: 'a', version: 2_147_483_648 } });
    expect([answer.statusCode, answer.json().error.param]).toEqual([400, 'version']);
  });

  it('takes whole characters, however they are written', async () => {
    const answer = await gateway.request('POST', '/v1/keys', {
      payload: '{"name":"\\ud83d\\udc1a \\\\u0000"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.json().name).toBe('🐚 \\u0000');
  });

  it('refuses a body that is too large, nests too deep, or is not UTF-8', async () => {
    const send = async (payload: string | Buffer) => gateway.request('POST', '/v1/keys', { headers: { 'content-type': 'application/json' }, payload });
    expect((await send('"'.padEnd(17 * 1024 * 1024))).statusCode).toBe(413);
    expect((await send('['.repeat(100_000))).json().error.message).toContain('nests deeper');
    expect((await send(Buffer.from([0x22, 0xff, 0x22]))).json().error.message).toContain('UTF-8');
  });

  it('refuses a content type that it does not read with 415', async () => {
    const answer = await gateway.request('POST', '/v1/keys', { headers: { 'content-type': 'text/plain' }, payload: 'x' });
    expect(answer.statusCode).toBe(415);
  });

  it.each([
    ['POST /v1/keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer KEY\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"model":', 408],
    ['POST /v1/keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer KEY\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n{"', 413],
  ])('gives up on a body that stands still, and refuses one that says it is too large: %s', async (request, status) => {
    const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
    socket.write(request.replace('KEY', gateway.keys.one));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toContain(`HTTP/1.1 ${status} `);
    expect(String(answer)).toContain(status === 408 ? 'request_stalled' : 'request_too_large');
    if (status === 408) await once(socket, 'close');
    socket.destroy();
  });

  it('waits for a body as long as something of it still arrives', async () => {
    const socket = connect(Number(new URL(baseUrl).port), '127.0.0.1');
    const body = '{"name":"slow"}';
    socket.write(`POST /v1/keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.keys.one}\r\n`);
    socket.write(`content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`);
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    for (const character of body) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.write(character);
    }
    expect(String((await answered)[0])).toContain('HTTP/1.1 200 OK');
    socket.destroy();
  });

  it('answers a request whose headers never end with 408', () => {
    const written: string[] = [];
    const socket = { destroyed: false, writable: true, end: (text: string) => written.push(text) } as unknown as Socket;
    answerMalformedRequest(Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
    expect(written[0]).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n.*request_stalled/s);
  });

  it('answers what is not even HTTP in the same shape', async () => {
    const { hostname, port } = new URL(baseUrl);
    const socket = connect(Number(port), hostname);
    socket.write('GET / HTP/1.1\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*x-request-id: req_/s);
    expect(JSON.parse(String(answer).split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: { code: 'bad_request' } });
  });

  it('tells what is left of the requests of this minute', async () => {
    const answer = await gateway.request('GET', '/v1/keys', { key: gateway.keys.two });
    expect(answer.headers).toMatchObject({ 'x-ratelimit-limit-requests': '120000', 'x-ratelimit-remaining-requests': '119999' });
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
