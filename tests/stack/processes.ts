import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const StackFile = z.object({ processes: z.array(z.looseObject({ name: z.string(), pid: z.number().nullable() })) });

/** The pid that the supervisor tells for one of its processes; null while it is down. */
export function pidOf(stateDir: string, name: string): number | null {
  const { processes } = StackFile.parse(JSON.parse(readFileSync(join(stateDir, 'stack.json'), 'utf8')));
  return processes.find((process) => process.name === name)?.pid ?? null;
}

/** A living process of the stack. */
export interface Living {
  readonly pid: number;
  readonly name: string;
  readonly attemptId: string;
}

/** Every living process that carries the stack's mark, the supervisor's children and theirs. */
export function livingProcesses(stateDir: string): Living[] {
  const living: Living[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const marks = marksOf(pid);
    if (marks?.get('CONCH_STACK_ID') !== stateDir || isZombie(pid)) continue;
    living.push({ pid, name: marks.get('CONCH_PROCESS') ?? '', attemptId: marks.get('CONCH_ATTEMPT_ID') ?? '' });
  }
  return living;
}

/** The processes that work on attempts: the runner and what it started. */
export function attemptProcesses(stateDir: string): Living[] {
  return livingProcesses(stateDir).filter(({ attemptId }) => attemptId !== '');
}

/** The runner itself, which of an attempt's processes is the one that the launcher started. */
export function runnerPid(stateDir: string): number | null {
  return attemptProcesses(stateDir).find(({ pid }) => commandOf(pid).includes('/runner/dist/main.js'))?.pid ?? null;
}

function commandOf(pid: number): string {
  return readIfThere(`/proc/${pid}/cmdline`) ?? '';
}

function isZombie(pid: number): boolean {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat === null || stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

function marksOf(pid: number): Map<string, string> | null {
  const text = readIfThere(`/proc/${pid}/environ`);
  if (text === null) return null;
  return new Map(text.split('\0').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** A process that ended between the listing and the look has no files any more. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return null;
    throw thrown;
  }
}

/** The supervisor's own pid; null when it never wrote. */
export function supervisorPid(stateDir: string): number | null {
  const Supervised = z.looseObject({ supervisor: z.looseObject({ pid: z.number() }) });
  return Supervised.parse(JSON.parse(readFileSync(join(stateDir, 'stack.json'), 'utf8'))).supervisor.pid;
}
