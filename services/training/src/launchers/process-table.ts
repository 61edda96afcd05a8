import { readdir, readFile } from 'node:fs/promises';

/** A process that carries an attempt's mark. */
export interface MarkedProcess {
  readonly pid: number;
  readonly attemptId: string;
  /** Its command line, one entry an argument. */
  readonly command: readonly string[];
}

/** The processes of a stack's attempts, found by the marks in their environment: they carry them whatever happened to their parents. */
export async function findMarked(stackId: string): Promise<readonly MarkedProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid) && pid !== process.pid);
  const found = await Promise.all(pids.map((pid) => marked(pid, stackId)));
  return found.filter((one) => one !== null);
}

async function marked(pid: number, stackId: string): Promise<MarkedProcess | null> {
  const environment = await entriesOf(pid, 'environ');
  if (!environment.includes(`CONCH_STACK_ID=${stackId}`)) return null;
  const mark = environment.find((pair) => pair.startsWith(`${MARK}=`));
  if (mark === undefined || mark.length === MARK.length + 1) return null;
  return { pid, attemptId: mark.slice(MARK.length + 1), command: await entriesOf(pid, 'cmdline') };
}

/** Carried by a runner and everything that it starts. */
const MARK = 'CONCH_ATTEMPT_ID';

/** Nothing for a process that ended meanwhile, that is another user's, or that is dead and not yet reaped. */
async function entriesOf(pid: number, file: 'environ' | 'cmdline'): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/${file}`, 'utf8')).split('\0');
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return [];
    throw thrown;
  }
}
