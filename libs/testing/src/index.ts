export { environmentFolder } from './environment.js';
export { type NatsServer, startNats } from './nats-server.js';
export { PostgresServer, startPostgres, type TestDatabase } from './postgres-server.js';
