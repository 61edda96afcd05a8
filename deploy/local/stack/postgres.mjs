import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresBin } from '../paths.mjs';
import { DATABASE_OWNERS } from '../supervisor/secrets.mjs';
import { succeeds } from './health.mjs';

const run = promisify(execFile);
const NOBODY = 65_534;
const SETPRIV = '/usr/bin/setpriv';
const MAX_CONNECTIONS = 200;
const START_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 20_000;
/** The database that keeps vectors. */
const VECTORS = 'retrieval';

/** @typedef {import('./context.mjs').StackContext} StackContext */

/** The database server; its folder is made on the first start. @param {StackContext} context @returns {import('./context.mjs').StackProcess} */
export function postgres(context) {
  const bin = postgresBin();
  const data = join(context.stateDir, 'postgres');
  const port = String(context.ports['postgres']);
  const [command, ...args] = unprivileged([
    join(bin, 'postgres'),
    ...['-D', data, '-p', port, '-h', '127.0.0.1', '-k', '', '-c', `max_connections=${MAX_CONNECTIONS}`, '-c', 'password_encryption=scram-sha-256'],
  ]);
  return {
    name: 'postgres',
    after: [],
    port: context.ports['postgres'] ?? 0,
    command,
    args,
    // Its children cannot be told by their environment, but by working in this folder.
    cwd: data,
    env: context.host,
    prepare: () => initialise(bin, data, context),
    check: succeeds(join(bin, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', port, '-d', 'postgres', '-t', '3']),
    afterStart: () => provision(bin, port, context.secrets),
    stopSignal: 'SIGINT',
    graceMs: STOP_GRACE_MS,
    startTimeoutMs: START_TIMEOUT_MS,
  };
}

/** Makes the data folder, whole or not at all. @param {string} bin @param {string} data @param {StackContext} context */
async function initialise(bin, data, context) {
  await refuseUnreachable(bin, data);
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const draft = `${data}.draft`;
  const passwordFile = `${data}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, context.secrets.postgres, { mode: 0o600 });
  for (const path of [draft, passwordFile]) giveAway(path);
  try {
    const options = ['-D', draft, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C'];
    const [command, ...args] = unprivileged([join(bin, 'initdb'), ...options]);
    // The marks let a later start find it, should the supervisor be killed meanwhile.
    await run(command, args, { cwd: draft, env: { ...context.host, CONCH_STACK_ID: context.stateDir, CONCH_PROCESS: 'postgres' } });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmSync(data, { recursive: true, force: true });
  renameSync(draft, data);
}

/** As root, Postgres runs as `nobody`, who must get at its program and its folder. @param {string} bin @param {string} data */
async function refuseUnreachable(bin, data) {
  if (!isRoot()) return;
  // The state folder is ours to open; what is secret in it is closed by itself.
  const state = join(data, '..');
  chmodSync(state, statSync(state).mode | 0o011);
  for (const path of [join(bin, 'postgres'), state]) {
    const [command, ...args] = unprivileged(['/usr/bin/test', '-x', path]);
    try {
      await run(command, args, { cwd: '/' });
    } catch (error) {
      throw new Error(
        `Postgres does not run as root but as nobody, who cannot reach ${path}. Open the folders above it (chmod o+x), keep Conch elsewhere, or start it as another user.`,
        { cause: error },
      );
    }
  }
}

/**
 * A role and a database for each service, which nobody else may enter. Roles own what is in their database and are no superusers, so
 * that row-level security binds them.
 * @param {string} bin @param {string} port @param {StackContext['secrets']} secrets
 */
async function provision(bin, port, secrets) {
  const psql = (/** @type {string} */ database, /** @type {string} */ script) =>
    feed(join(bin, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', port, '-U', 'postgres', '-d', database], script, secrets.postgres);
  const roles = DATABASE_OWNERS.map((name) => {
    const attributes = `login nosuperuser nobypassrls nocreatedb nocreaterole password '${secrets.database[name]}'`;
    return `
      select 'create role ${name}' where not exists (select from pg_roles where rolname = '${name}') \\gexec
      alter role ${name} ${attributes};
      select 'create database ${name} owner ${name}' where not exists (select from pg_database where datname = '${name}') \\gexec
      revoke all on database ${name} from public;`;
  });
  await psql('postgres', roles.join('\n'));
  await psql(VECTORS, 'set client_min_messages = warning; create extension if not exists vector;');
}

/** @param {string} command @param {string[]} args @param {string} input @param {string} password */
function feed(command, args, input, password) {
  return new Promise((resolve, reject) => {
    // The script goes in by a pipe: passwords in arguments could be read by every user of the machine.
    const child = execFile(command, args, { env: { PGPASSWORD: password, PGCONNECT_TIMEOUT: '10' } }, (error) =>
      error === null ? resolve(undefined) : reject(error),
    );
    child.stdin?.end(input);
  });
}

function isRoot() {
  return process.getuid?.() === 0;
}

function giveAway(/** @type {string} */ path) {
  if (isRoot()) chownSync(path, NOBODY, NOBODY);
}

/** @param {[string, ...string[]]} command @returns {[string, ...string[]]} */
function unprivileged(command) {
  if (!isRoot()) return command;
  if (!existsSync(SETPRIV))
    throw new Error(`Postgres does not run as root, and there is no ${SETPRIV} to run it as nobody: install util-linux, or start Conch as another user.`);
  return [SETPRIV, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command];
}
