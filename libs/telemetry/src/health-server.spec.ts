import { afterEach, describe, expect, it } from '@jest/globals';
import { startHealthServer } from './health-server.js';
import { createMetrics } from './metrics.js';

describe(startHealthServer.name, () => {
  let close: () => Promise<void> = async () => {};
  afterEach(() => close());

  async function serve(checks: Record<string, () => Promise<void>>): Promise<string> {
    const server = await startHealthServer({ port: 0, checks, metrics: createMetrics('spec') });
    close = server.close;
    return `http://127.0.0.1:${server.port}`;
  }

  it('answers 200 when every check passes', async () => {
    const base = await serve({ database: async () => {} });
    const response = await fetch(`${base}/healthz`);
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok', checks: { database: 'ok' } }]);
  });

  it('answers 503 and the reason when one fails', async () => {
    const base = await serve({ database: async () => {}, nats: () => Promise.reject(new Error('no connection')) });
    const response = await fetch(`${base}/healthz`);
    expect([response.status, await response.json()]).toEqual([503, { status: 'failing', checks: { database: 'ok', nats: 'no connection' } }]);
  });

  it('shows Prometheus metrics', async () => {
    const base = await serve({});
    expect(await (await fetch(`${base}/metrics`)).text()).toContain('process_cpu_user_seconds_total');
  });
});
