import { type ServerResponse, createServer } from 'node:http';
import type { Metrics } from './metrics.js';

/** Named checks; one that throws makes the service unhealthy with its message. */
export type HealthChecks = Readonly<Record<string, () => Promise<void>>>;

const CHECK_TIMEOUT_MS = 3_000;

/**
 * `/livez` (the process answers), `/healthz` (every check passes; 503 with the reasons otherwise) and `/metrics`, on loopback unless
 * `host` says otherwise.
 */
export async function startHealthServer(options: {
  port: number;
  host?: string;
  checks: HealthChecks;
  metrics: Metrics;
}): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', response, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(url: string, response: ServerResponse, options: { checks: HealthChecks; metrics: Metrics }): Promise<void> {
  if (url === '/livez') return send(response, 200, 'application/json', '{"status":"ok"}');
  if (url === '/metrics') return send(response, 200, options.metrics.registry.contentType, await options.metrics.registry.metrics());
  if (url !== '/healthz') return send(response, 404, 'application/json', '{"status":"unknown route"}');
  const entries = await Promise.all(Object.entries(options.checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const));
  const isHealthy = entries.every(([, outcome]) => outcome === 'ok');
  const body = JSON.stringify({ status: isHealthy ? 'ok' : 'failing', checks: Object.fromEntries(entries) });
  return send(response, isHealthy ? 200 : 503, 'application/json', body);
}

async function outcomeOf(check: () => Promise<void>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check().then(() => 'ok'), timeout]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}

function send(response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, { 'content-type': type }).end(body);
}
