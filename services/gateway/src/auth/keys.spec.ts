import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@conch/telemetry';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '../audit/audit-log.js';
import { type TestGateway, startGateway } from '../gateway.fixture.js';
import { BootstrapKey } from './bootstrap-key/bootstrap-key.js';
import { KeyRepository } from './key.repository.js';

describe('API keys', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({}, { CONCH_REQUESTS_PER_MINUTE: '50' });
  }, 60_000);
  afterAll(() => gateway.stop());

  it('are made, shown once, and let their holder in', async () => {
    const made = (await gateway.request('POST', '/v1/keys', { payload: { name: ' laptop ' } })).json();
    expect(made).toMatchObject({ object: 'api_key', name: 'laptop', key: expect.stringMatching(/^sk-conch-[\w-]{43}$/) });
    const listed = (await gateway.request('GET', '/v1/keys', { key: made.key })).json<{ data: { name: string }[] }>();
    expect(listed.data.map(({ name }) => name)).toEqual(['one', 'laptop']);
    expect(JSON.stringify(listed)).not.toContain(made.key);
  });

  it('stop working at once when they are deleted', async () => {
    const made = (await gateway.request('POST', '/v1/keys', { payload: { name: 'short' } })).json();
    expect((await gateway.request('GET', '/v1/keys', { key: made.key })).statusCode).toBe(200);
    expect((await gateway.request('DELETE', `/v1/keys/${made.id}`)).json()).toEqual({ id: made.id, object: 'api_key', deleted: true });
    const giveUpAt = Date.now() + 2_000;
    let status = 200;
    while (status === 200 && Date.now() < giveUpAt) status = (await gateway.request('GET', '/v1/audit_logs', { key: made.key })).statusCode;
    expect(status).toBe(401);
  });

  it('of another project are neither seen nor deleted', async () => {
    const foreign = await gateway.request('DELETE', '/v1/keys/key_two');
    expect(foreign.statusCode).toBe(404);
    expect((await gateway.request('GET', '/v1/keys', { key: gateway.keys.two })).json().data).toHaveLength(1);
  });

  it('never run out: the last one of a project stays', async () => {
    const answer = await gateway.request('DELETE', '/v1/keys/key_two', { key: gateway.keys.two });
    expect(answer.statusCode).toBe(409);
    expect(answer.headers['x-should-retry']).toBe('false');
    expect(answer.json().error.code).toBe('last_key');
  });

  it('leave their changes in the audit log of their project, refused ones too', async () => {
    await gateway.request('POST', '/v1/keys', { key: gateway.keys.two, payload: {}, headers: { 'x-request-id': 'audited' } });
    await gateway.app.get(AuditLog).flush();
    const log = (await gateway.request('GET', '/v1/audit_logs', { key: gateway.keys.two })).json();
    expect(log.data[0]).toMatchObject({
      object: 'audit_log.entry',
      operation: 'createKey',
      path: '/v1/keys',
      status: 400,
      key_id: 'key_two',
      request_id: 'audited',
    });
  });

  it('may send so many requests a minute and then are told to wait', async () => {
    let answer = await gateway.request('GET', '/v1/keys', { key: gateway.keys.two });
    for (let sent = 0; sent < 60 && answer.statusCode === 200; sent += 1) answer = await gateway.request('GET', '/v1/keys', { key: gateway.keys.two });
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['retry-after']).toMatch(/^[12]$/);
    expect(answer.json().error).toMatchObject({ type: 'rate_limit_error', code: 'rate_limit_exceeded' });
  });

  it('begin with one that is written for its owner alone, and only once, wherever the first start ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conch-key-'));
    const path = join(folder, 'first', 'key');
    const logger = createLogger({ service: 'gateway', level: 'fatal' });
    const start = () => new BootstrapKey(gateway.app.get(KeyRepository), path, logger).execute();
    await start();
    const key = (await readFile(path, 'utf8')).trim();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await gateway.request('GET', '/v1/keys', { key })).statusCode).toBe(200);
    await start();
    expect((await readFile(path, 'utf8')).trim()).toBe(key);
    // As if the process had ended after the key was made and before its file got its name.
    await rm(path);
    await writeFile(`${path}.new`, `${key}\n`);
    await start();
    expect((await readFile(path, 'utf8')).trim()).toBe(key);
    await rm(folder, { recursive: true });
  });
});
