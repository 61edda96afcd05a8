import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The repository. */
export const ROOT = join(import.meta.dirname, '..', '..');

const READY_WITHIN_MS = 90_000;

/** How a process of a test is started. */
export interface ProcessPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 200 once the process is ready. */
  readonly healthUrl: string;
  readonly logPath: string;
}

/** A real process that a test starts, kills and starts again. */
export class TestProcess {
  private constructor(
    private child: ChildProcess,
    private readonly plan: ProcessPlan,
  ) {}

  static async start(plan: ProcessPlan): Promise<TestProcess> {
    mkdirSync(dirname(plan.logPath), { recursive: true });
    const started = new TestProcess(launch(plan), plan);
    await started.ready();
    return started;
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await end(this.child, 'SIGKILL');
  }

  async restart(): Promise<void> {
    this.child = launch(this.plan);
    await this.ready();
  }

  async stop(): Promise<void> {
    await end(this.child, 'SIGTERM');
  }

  private async ready(): Promise<void> {
    const giveUpAt = Date.now() + READY_WITHIN_MS;
    while (Date.now() < giveUpAt && this.child.exitCode === null && this.child.signalCode === null) {
      // Refused while it still starts.
      const answer = await fetch(this.plan.healthUrl).catch(() => null);
      if (answer?.ok === true) return;
      await delay(100);
    }
    throw new Error(`${this.plan.args.at(-1)} did not become healthy:\n${readFileSync(this.plan.logPath, 'utf8').slice(-3_000)}`);
  }
}

function launch(plan: ProcessPlan): ChildProcess {
  const child = spawn(plan.command, plan.args, { env: { PATH: process.env['PATH'] ?? '', ...plan.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(plan.logPath, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  // A test run that is killed must not leave its processes behind.
  const endWithTheTests = (): boolean => child.kill('SIGKILL');
  process.once('exit', endWithTheTests);
  child.once('exit', () => {
    process.removeListener('exit', endWithTheTests);
    log.end();
  });
  return child;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Ports that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const probes = await Promise.all(
    Array.from({ length: count }, async () => {
      const probe = createServer().listen(0, '127.0.0.1');
      await once(probe, 'listening');
      return probe;
    }),
  );
  const ports = probes.map((probe) => {
    const address = probe.address();
    if (address === null || typeof address === 'string') throw new Error('the machine gave no port');
    return address.port;
  });
  await Promise.all(probes.map((probe) => once(probe.close(), 'close')));
  return ports;
}
