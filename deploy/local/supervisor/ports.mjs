import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readJson, writeJson } from './files.mjs';
import { startTimeOf } from './leftovers.mjs';
import { LockTaken, takeLock } from './lock.mjs';

const SERVICES = ['datasets', 'training', 'registry', 'inference', 'retrieval'];
const NAMES = [
  'postgres',
  'nats',
  'natsMonitor',
  'tritonGrpc',
  'tritonHttp',
  'tritonMetrics',
  ...SERVICES.map((name) => `${name}Grpc`),
  ...[...SERVICES, 'gateway'].map((name) => `${name}Health`),
  'gatewayGrpc',
];
const DEFAULT_HTTP_PORT = 8080;
/**
 * Ours come from below the range (32768 and up) that the kernel gives to outgoing connections: there, a client that seeks a server
 * which is just being started again could get its port, or be connected to itself.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

/** Which ports the user's living supervisors have given out, whether or not anything listens there yet. */
const CLAIMS_FILE = join(tmpdir(), `conch-ports-${process.getuid?.() ?? 0}.json`);

/** @typedef {{ pid: number, startTime: string | null, ports: number[] }} Claim */

/**
 * The stack's ports, kept from other stacks that start at the same time for as long as this process lives.
 * @param {string} stateDir
 * @param {number | undefined} wantedHttpPort
 * @returns {Promise<Record<string, number>>}
 */
export async function claimPorts(stateDir, wantedHttpPort) {
  const lock = await waitForLock(`${CLAIMS_FILE}.lock`);
  try {
    const claims = /** @type {Claim[]} */ (readJson(CLAIMS_FILE) ?? []).filter(({ pid, startTime }) => startTime !== null && startTimeOf(pid) === startTime);
    const others = claims.filter(({ pid }) => pid !== process.pid);
    const ports = await findPorts(stateDir, wantedHttpPort, new Set(others.flatMap((claim) => claim.ports)));
    writeJson(CLAIMS_FILE, [...others, { pid: process.pid, startTime: startTimeOf(process.pid), ports: Object.values(ports) }], 0o600);
    return ports;
  } finally {
    lock.release();
  }
}

/** @param {string} path */
async function waitForLock(path) {
  for (;;) {
    try {
      return takeLock(path);
    } catch (error) {
      if (!(error instanceof LockTaken)) throw error;
      await delay(20);
    }
  }
}

/**
 * The stack's ports: those of the last time where they are still free, else free ones. Peers keep each other's addresses, so a
 * port stays as long as it can.
 * @param {string} stateDir
 * @param {number | undefined} wantedHttpPort
 * @param {ReadonlySet<number>} [claimed] ports of other stacks
 * @returns {Promise<Record<string, number>>}
 */
export async function findPorts(stateDir, wantedHttpPort, claimed = new Set()) {
  const file = join(stateDir, 'ports.json');
  const before = /** @type {Record<string, number>} */ (readJson(file) ?? {});
  /** @type {Record<string, number>} */
  const ports = {};
  const taken = new Set(claimed);
  ports['http'] = await httpPort(wantedHttpPort, before['http'], taken);
  taken.add(ports['http']);
  for (const name of NAMES) {
    const old = before[name];
    let port = old !== undefined && !taken.has(old) && (await isFree(old)) ? old : await freePort();
    while (taken.has(port)) port = await freePort();
    taken.add(port);
    ports[name] = port;
  }
  writeJson(file, ports);
  return ports;
}

/** @param {number | undefined} wanted @param {number | undefined} before @param {ReadonlySet<number>} taken */
async function httpPort(wanted, before, taken) {
  const isOpen = async (/** @type {number} */ port) => !taken.has(port) && (await isFree(port));
  if (wanted !== undefined) {
    if (await isOpen(wanted)) return wanted;
    throw new Error(`Port ${wanted} is taken; name another with --port, or leave it out to take the next free one.`);
  }
  if (before !== undefined && (await isOpen(before))) return before;
  for (let port = DEFAULT_HTTP_PORT; port < DEFAULT_HTTP_PORT + 200; port += 1) if (await isOpen(port)) return port;
  return freePort();
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** @returns {Promise<number>} */
async function freePort() {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${LOWEST_PORT} and ${HIGHEST_PORT} on 127.0.0.1.`);
}
