import 'reflect-metadata';
import { ensureStreams } from '@conch/events';
import { RpcServer, closeGrpcChannels, connectNats } from '@conch/rpc';
import { openDatabase } from '@conch/storage';
import { createLogger, createMetrics, startHealthServer, startTracing } from '@conch/telemetry';
import { BootstrapKey } from './auth/bootstrap-key/bootstrap-key.js';
import { KeyRepository } from './auth/key.repository.js';
import { readGatewayConfig } from './config.js';
import { type GatewayDatabase, migrations } from './database.js';
import { Health } from './home/health.js';
import { createServer } from './http/create-server.js';
import { Peers } from './peers/peers.js';
import { BookUsage } from './usage/book-usage.js';

const config = readGatewayConfig(process.env);
const logger = createLogger({ service: 'gateway', level: config.CONCH_LOG_LEVEL });
const metrics = createMetrics('gateway');
const tracing = startTracing({ service: 'gateway', otlpUrl: config.CONCH_OTLP_URL });
const database = openDatabase<GatewayDatabase>({ url: config.CONCH_DATABASE_URL, service: 'gateway', logger });
await database.migrate(migrations);
const nats = await connectNats({ url: config.CONCH_NATS_URL, user: config.CONCH_NATS_USER, password: config.CONCH_NATS_PASSWORD, name: 'gateway', logger });
await ensureStreams(nats);

const app = await createServer(config, { database, nats, peers: new Peers(nats, config), logger, metrics });
await new BootstrapKey(app.get(KeyRepository), config.CONCH_BOOTSTRAP_KEY_FILE, logger).execute();
// Nothing calls the gateway over gRPC; the door answers the standard health and reflection calls as every service's does.
const rpc = new RpcServer({ service: 'gateway', nats: null, grpcPort: config.CONCH_GRPC_PORT, serviceToken: config.CONCH_SERVICE_TOKEN, logger, metrics });
await rpc.start();
const server = app.getHttpServer();
await app.get(BookUsage).start();
await app.listen(config.CONCH_HTTP_PORT, config.CONCH_HTTP_HOST);
const health = await startHealthServer({
  port: config.CONCH_HEALTH_PORT,
  metrics,
  checks: app.get(Health).checks,
});
logger.info({ url: await app.getUrl() }, 'gateway is up');

process.once('SIGTERM', () => {
  void (async () => {
    await health.close();
    // No new requests are taken, and answers under way are finished; what takes longer than the grace time is cut.
    const cut = setTimeout(() => server.closeAllConnections(), config.CONCH_STOP_GRACE_MS);
    await app.close();
    clearTimeout(cut);
    await app.get(BookUsage).stop();
    await rpc.stop(0);
    closeGrpcChannels();
    await nats.drain();
    await database.close();
    await tracing.shutdown();
  })().finally(() => process.exit(0));
});
