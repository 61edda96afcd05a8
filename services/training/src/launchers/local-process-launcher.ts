import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '@conch/errors';
import type { Attempt } from '../attempts/attempt.entity.js';
import { Launcher, type AttemptPresence } from './launcher.js';
import { findMarked, type MarkedProcess } from './process-table.js';

/** How runners are started. */
export interface RunnerProgram {
  /** The Node to run them with. */
  readonly node: string;
  /** The runner's entry. */
  readonly entry: string;
  /** What every runner finds in its environment, beside its attempt's marks. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stackId: string;
  readonly workDir: string;
}

const LOOK_AGAIN_MS = 50;
/** Processes that are still there so long after the grace do not end by being killed. */
const KILL_WITHIN_MS = 10_000;
/** So many ends are remembered, until somebody asks for them. */
const MOST_ENDS = 1_000;

/** Runners as processes of this machine, each in a session of its own, so that they go on when this service ends. */
export class LocalProcessLauncher extends Launcher {
  private readonly ends = new Map<string, string>();

  constructor(
    private readonly program: RunnerProgram,
    /** How long processes are given to end by themselves. */
    private readonly graceMs: number,
    private readonly onExit: () => void,
    private readonly killWithinMs = KILL_WITHIN_MS,
  ) {
    super();
  }

  override async launch(attempt: Attempt): Promise<void> {
    const { node, entry, environment, stackId, workDir } = this.program;
    await mkdir(workDir, { recursive: true });
    const log = await open(join(workDir, `runner-${attempt.id}.log`), 'a', 0o600);
    try {
      const child = spawn(node, [entry], {
        cwd: workDir,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        env: {
          ...environment,
          CONCH_STACK_ID: stackId,
          CONCH_PROCESS: 'runner',
          CONCH_ATTEMPT_ID: attempt.id,
          CONCH_ATTEMPT_EPOCH: String(attempt.facts.epoch),
        },
      });
      await begun(child);
      child.once('exit', (code, signal) => this.noteEnd(attempt.id, signal === null ? `exit code ${String(code)}` : `signal ${signal}`));
      // It must not keep this process from ending.
      child.unref();
    } finally {
      await log.close();
    }
  }

  override async kill(attemptId: string): Promise<void> {
    const killAt = Date.now() + this.graceMs;
    const asked = new Set<number>();
    let cause: unknown;
    for (;;) {
      const left = (await findMarked(this.program.stackId)).filter((one) => one.attemptId === attemptId);
      if (left.length === 0) return;
      if (Date.now() >= killAt + this.killWithinMs) throw notEnded(attemptId, left, cause);
      for (const { pid } of left) {
        if (Date.now() >= killAt) cause = send(pid, 'SIGKILL') ?? cause;
        else if (!asked.has(pid)) cause = send(pid, 'SIGTERM') ?? cause;
        asked.add(pid);
      }
      await delay(LOOK_AGAIN_MS);
    }
  }

  override async look(): Promise<ReadonlyMap<string, AttemptPresence>> {
    const found = new Map<string, AttemptPresence>();
    for (const { attemptId, command } of await findMarked(this.program.stackId)) {
      const hasRunner = found.get(attemptId)?.hasRunner === true || command[1] === this.program.entry;
      found.set(attemptId, { hasRunner });
    }
    return found;
  }

  override endOf(attemptId: string): string | null {
    return this.ends.get(attemptId) ?? null;
  }

  private noteEnd(attemptId: string, end: string): void {
    this.ends.set(attemptId, end);
    const oldest = this.ends.size > MOST_ENDS ? this.ends.keys().next().value : undefined;
    if (oldest !== undefined) this.ends.delete(oldest);
    this.onExit();
  }
}

async function begun(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new Refusal('unavailable', 'LAUNCH_FAILED', `The runner could not be started: ${cause.message}.`, { cause })));
  });
}

/** Answers why a signal could not be sent; the others are sent theirs all the same. */
function send(pid: number, signal: NodeJS.Signals): unknown {
  try {
    process.kill(pid, signal);
    return undefined;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH' ? undefined : thrown;
  }
}

function notEnded(attemptId: string, left: readonly MarkedProcess[], cause: unknown): Refusal {
  const processes = left.map(({ pid, command }) => `${pid} (${command.slice(0, 4).join(' ').trim()})`).join(', ');
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new Refusal('unavailable', 'PROCESSES_LEFT', `Of the attempt ${attemptId} these processes could not be ended${why}: ${processes}.`, { cause });
}
