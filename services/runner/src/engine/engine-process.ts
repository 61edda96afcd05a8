import { type ChildProcess, spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

interface EngineProgram {
  readonly python: string;
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes the engine's output. */
  readonly logPath: string;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The running engine: a process group of its own, so that all that it starts can be ended together. */
export class EngineProcess {
  /** Resolves when the process has ended; rejects when it could not be started. */
  readonly exit: Promise<Exit>;

  private constructor(private readonly child: ChildProcess) {
    this.exit = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    // Whoever awaits it gets the error; nobody may be awaiting it yet.
    this.exit.catch(() => undefined);
  }

  static async start(program: EngineProgram): Promise<EngineProcess> {
    const log = await open(program.logPath, 'a');
    try {
      const child = spawn(program.python, [...program.arguments], { cwd: program.cwd, env: program.env, detached: true, stdio: ['ignore', log.fd, log.fd] });
      return new EngineProcess(child);
    } finally {
      await log.close();
    }
  }

  /** Ends the engine and all that it started: asked first, and killed after the grace. */
  async end(graceMs: number): Promise<void> {
    this.signal('SIGTERM');
    const gone = this.exit.catch(() => undefined);
    await Promise.race([gone, sleep(graceMs)]);
    // To the whole group, whether or not its leader is gone: workers may outlive it.
    this.signal('SIGKILL');
    await gone;
  }

  private signal(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
