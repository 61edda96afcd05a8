import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ENV_DIR } from '../paths.mjs';
import { replaceFile } from '../supervisor/files.mjs';
import { answers } from './health.mjs';

const START_TIMEOUT_MS = 30_000;
const STOP_GRACE_MS = 10_000;

/** The message server. @param {import('./context.mjs').StackContext} context @returns {import('./context.mjs').StackProcess} */
export function nats(context) {
  const folder = join(context.stateDir, 'nats');
  const config = join(folder, 'nats.conf');
  return {
    name: 'nats',
    after: [],
    port: context.ports['nats'] ?? 0,
    command: join(ENV_DIR, 'bin', 'nats-server'),
    args: ['-c', config],
    cwd: context.stateDir,
    env: context.host,
    prepare: async () => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      replaceFile(config, natsConfig(context, folder), 0o600);
    },
    check: answers(`http://127.0.0.1:${context.ports['natsMonitor']}/healthz`),
    stopSignal: 'SIGTERM',
    graceMs: STOP_GRACE_MS,
    startTimeoutMs: START_TIMEOUT_MS,
  };
}

/**
 * Every write is on the disk before it is acknowledged (`sync_interval: always`), and every service has a user of its own.
 * @param {import('./context.mjs').StackContext} context
 * @param {string} folder
 */
export function natsConfig(context, folder) {
  return `# Written by the supervisor at every start.
listen: "127.0.0.1:${context.ports['nats']}"
http: "127.0.0.1:${context.ports['natsMonitor']}"
server_name: "conch"
jetstream {
  store_dir: ${JSON.stringify(folder)}
  sync_interval: always
  max_mem: 256MB
  max_file: 16GB
}
authorization {
  users: [
${Object.entries(context.secrets.nats)
  .map(([name, password]) => natsUser(name, password))
  .join('\n')}
  ]
}
`;
}

/**
 * What a service may do: ask its peers, answer as itself alone, tell its own facts, and read everyone's.
 * @param {string} name
 * @param {string} password
 */
function natsUser(name, password) {
  const publish = ['conch.rpc.>', 'conch.rpc-cancel.>', `conch.events.${name}.>`, 'conch.dead.>', '$JS.API.>', '$JS.ACK.>'];
  const subscribe = ['_INBOX.>', `conch.rpc.${name}.>`, `conch.rpc-cancel.${name}`, 'conch.events.>'];
  return `    { user: ${name}, password: ${JSON.stringify(password)}, permissions: { publish: ${JSON.stringify(publish)}, subscribe: ${JSON.stringify(subscribe)}, allow_responses: { max: 1, expires: "10m" } } }`;
}
