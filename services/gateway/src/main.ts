import 'reflect-metadata';
import { ServiceProcess } from '@conch/process';
import { BootstrapKey } from './auth/bootstrap-key/bootstrap-key.js';
import { KeyRepository } from './auth/key.repository.js';
import { readGatewayConfig } from './config.js';
import { type GatewayDatabase, migrations } from './database.js';
import { createServer } from './http/create-server.js';
import { ForgetRequests } from './idempotency/forget-requests.js';
import { Peers } from './peers/peers.js';
import { BookUsage } from './usage/book-usage.js';

const config = readGatewayConfig(process.env);
const service = await ServiceProcess.open<GatewayDatabase>({ service: 'gateway', config, migrations });
const { nats, logger } = service.foundations;
const app = await createServer(config, { ...service.foundations, peers: new Peers(nats, config) });
await new BootstrapKey(app.get(KeyRepository), config.CONCH_BOOTSTRAP_KEY_FILE, logger).execute();
// Nothing calls the gateway over gRPC; the door answers the standard health and reflection calls as every service's does.
const rpc = service.rpcServer({ isOnNats: false });
await service.run([
  { start: () => rpc.start(), stop: () => rpc.stop(0) },
  app.get(BookUsage),
  app.get(ForgetRequests),
  {
    start: () => app.listen(config.CONCH_HTTP_PORT, config.CONCH_HTTP_HOST),
    stop: async () => {
      // No new requests are taken, and answers under way are finished; what takes longer than the grace time is cut.
      const cut = setTimeout(() => app.getHttpServer().closeAllConnections(), config.CONCH_STOP_GRACE_MS);
      await app.close();
      clearTimeout(cut);
    },
  },
]);
