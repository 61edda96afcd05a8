import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentFolder } from './environment.js';

/** A nats-server with JetStream of a test's own. */
export interface NatsServer {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly port: number;
  /** Ends the server at once, as a crash would; what JetStream had stored stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with the same storage. */
  restart(): Promise<void>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

const USER = 'conch';
const PASSWORD = 'conch-in-tests';
const START_TIMEOUT_MS = 20_000;

/** Starts a real nats-server on a free port of the loopback, with its files in a temporary folder. `maxPayloadBytes` is the size that one message may have. */
export async function startNats(options: { readonly maxPayloadBytes?: number } = {}): Promise<NatsServer> {
  const binary = join(environmentFolder(), 'bin', 'nats-server');
  if (!existsSync(binary)) throw new Error(`There is no nats-server at ${binary}. Run \`npm run bootstrap\`, which installs it.`);
  const folder = await mkdtemp(join(tmpdir(), 'conch-nats-'));
  let running = await launch(binary, folder, -1, options.maxPayloadBytes);
  const { port } = running;
  return {
    url: `nats://127.0.0.1:${port}`,
    user: USER,
    password: PASSWORD,
    port,
    kill: () => end(running.child),
    restart: async () => {
      await end(running.child);
      running = await launch(binary, folder, port, options.maxPayloadBytes);
    },
    stop: async () => {
      await end(running.child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(binary: string, folder: string, port: number, maxPayloadBytes = 1_048_576): Promise<{ child: ChildProcess; port: number }> {
  const configPath = join(folder, 'nats.conf');
  await writeFile(
    configPath,
    [
      `listen: "127.0.0.1:${port}"`,
      `max_payload: ${maxPayloadBytes}`,
      `ports_file_dir: ${JSON.stringify(folder)}`,
      `jetstream { store_dir: ${JSON.stringify(join(folder, 'jetstream'))}, max_mem: 64MB, max_file: 1GB }`,
      `authorization { user: ${USER}, password: ${JSON.stringify(PASSWORD)} }`,
      '',
    ].join('\n'),
  );
  const child = spawn(binary, ['-c', configPath], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (bytes: Buffer) => {
    log = (log + bytes.toString()).slice(-4_000);
  });
  // A test run that is killed must not leave its server behind.
  const endWithTheTests = (): boolean => child.kill('SIGKILL');
  process.once('exit', endWithTheTests);
  child.once('exit', () => process.removeListener('exit', endWithTheTests));
  const portsPath = join(folder, `nats-server_${child.pid}.ports`);
  const giveUpAt = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < giveUpAt && child.exitCode === null && child.signalCode === null) {
    const found = await portIn(portsPath);
    if (found !== null) return { child, port: found };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await end(child);
  throw new Error(`nats-server did not come up:\n${log}`);
}

async function portIn(path: string): Promise<number | null> {
  try {
    const ports = JSON.parse(await readFile(path, 'utf8')) as { nats?: string[] };
    const port = Number(new URL(ports.nats?.[0] ?? '').port);
    return port > 0 ? port : null;
  } catch (error) {
    // Not written yet, or half written: the caller looks again until its deadline.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL')
      return null;
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
