import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ENV_DIR, NODE, ROOT } from '../paths.mjs';
import { answers } from './health.mjs';

/** The base models that a new stack brings in, unless CONCH_BASE_MODELS names others. */
export const DEFAULT_BASE_MODELS = 'conch-tiny=local:conch-tiny';
/** Where the gateway writes the first API key. */
export const KEY_FILE = 'bootstrap.key';

const START_TIMEOUT_MS = 120_000;
const STOP_GRACE_MS = 20_000;
const STORES = ['postgres', 'nats'];

/** @typedef {import('./context.mjs').StackContext} StackContext */

/**
 * The services: what must be healthy before each, and what each is told beside what all are told.
 * @type {Readonly<Record<string, { after: string[], env: (context: StackContext) => Record<string, string> }>>}
 */
const SERVICES = Object.freeze({
  datasets: { after: STORES, env: () => ({}) },
  registry: { after: STORES, env: () => ({}) },
  training: {
    after: STORES,
    env: (context) => ({
      CONCH_WORK_DIR: join(context.stateDir, 'work'),
      CONCH_BASE_MODEL_DIR: join(ENV_DIR, 'base-models'),
      CONCH_BASE_MODELS: baseModels(context),
      CONCH_TRAINING_GRPC: address(context, 'trainingGrpc'),
    }),
  },
  inference: {
    after: [...STORES, 'triton'],
    env: (context) => ({ CONCH_TRITON_GRPC: address(context, 'tritonGrpc'), CONCH_TRITON_MODEL_DIR: join(context.stateDir, 'triton-models') }),
  },
  retrieval: { after: STORES, env: (context) => peers(context, ['datasets', 'inference']) },
  gateway: {
    after: ['datasets', 'registry', 'training', 'inference', 'retrieval'],
    env: (context) => ({
      ...peers(context, ['datasets', 'training', 'inference', 'retrieval']),
      CONCH_HTTP_PORT: String(context.ports['http']),
      CONCH_BOOTSTRAP_KEY_FILE: join(context.stateDir, KEY_FILE),
    }),
  },
});

/** The base models of a stack, as `name=source,…`. @param {StackContext} context @returns {string} */
export function baseModels(context) {
  return context.overrides['training']?.['CONCH_BASE_MODELS'] ?? context.host['CONCH_BASE_MODELS'] ?? DEFAULT_BASE_MODELS;
}

/** All services of a stack. @param {StackContext} context @returns {import('./context.mjs').StackProcess[]} */
export function services(context) {
  return Object.entries(SERVICES).map(([name, { after, env }]) => ({
    name,
    after,
    port: context.ports[name === 'gateway' ? 'http' : `${name}Grpc`] ?? 0,
    command: NODE,
    args: ['--enable-source-maps', join(ROOT, 'services', name, 'dist', 'main.js')],
    cwd: context.stateDir,
    env: { ...context.host, ...commonEnv(context, name), ...env(context), ...context.overrides[name] },
    prepare: async () => {
      for (const folder of ['artifacts', 'work']) mkdirSync(join(context.stateDir, folder), { recursive: true });
    },
    check: answers(`http://127.0.0.1:${context.ports[`${name}Health`]}/healthz`),
    stopSignal: 'SIGTERM',
    graceMs: STOP_GRACE_MS,
    startTimeoutMs: START_TIMEOUT_MS,
  }));
}

/** What every service is told. @param {StackContext} context @param {string} name */
function commonEnv(context, name) {
  const { ports, secrets, stateDir } = context;
  return {
    NODE_ENV: 'production',
    CONCH_SERVICE: name,
    CONCH_STATE_DIR: stateDir,
    CONCH_ENV_DIR: ENV_DIR,
    CONCH_REPO_DIR: ROOT,
    CONCH_DATABASE_URL: `postgres://${name}:${secrets.database[name]}@${address(context, 'postgres')}/${name}`,
    CONCH_NATS_URL: `nats://${address(context, 'nats')}`,
    CONCH_NATS_USER: name,
    CONCH_NATS_PASSWORD: secrets.nats[name] ?? '',
    CONCH_SERVICE_TOKEN: secrets.serviceToken,
    CONCH_GRPC_PORT: String(ports[`${name}Grpc`]),
    CONCH_HEALTH_PORT: String(ports[`${name}Health`]),
    CONCH_ARTIFACT_DIR: join(stateDir, 'artifacts'),
  };
}

/** @param {StackContext} context @param {string[]} names */
function peers(context, names) {
  return Object.fromEntries(names.map((name) => [`CONCH_${name.toUpperCase()}_GRPC`, address(context, `${name}Grpc`)]));
}

/** @param {StackContext} context @param {string} port */
function address(context, port) {
  return `127.0.0.1:${context.ports[port]}`;
}
