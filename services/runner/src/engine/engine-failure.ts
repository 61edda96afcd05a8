import { open } from 'node:fs/promises';
import { Refusal } from '@conch/errors';
import type { Exit } from './engine-process.js';

/** An attempt cannot succeed; what training is told of it. */
export class AttemptFault extends Refusal {
  constructor(
    code: string,
    message: string,
    readonly isRetryable: boolean,
    cause?: unknown,
  ) {
    super('internal', code, message, { cause });
  }
}

const TAIL_BYTES = 64 * 1024;
const LAST_LINES = 5;
const LONGEST = 1_500;

/** Lines that say nothing about why a program ended: progress bars, warnings, places in the source, and LLaMA-Factory's own notices. */
const NOISE = [/\d+%\|/, /\bwarn(ing)?s?\b/i, /^\s/, /^Traceback /, /^\[INFO/, /^\[WARNING/, /^[\s{}[\],"]*$/, /^\s*\^+\s*$/, /^"/];

/** The lines of a log's end that name a cause: the last error of a traceback when there is one, else the last lines that are no noise. */
export function meaningfulLines(log: string): string {
  const lines = log.split(/[\r\n]+/);
  const telling = lines.filter((line) => !NOISE.some((pattern) => pattern.test(line)));
  const isError = (line: string): boolean => /^[A-Za-z_][\w.]*(Error|Exception|Interrupt|Exit)\b/.test(line);
  const error = lines.findLast(isError);
  const kept = error === undefined ? telling.slice(-LAST_LINES).join(' | ') : error;
  return kept.length <= LONGEST ? kept : `${kept.slice(0, LONGEST - 1)}…`;
}

/** Reads the end of a log; empty when there is none. */
export async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}

interface Ending {
  readonly exit: Exit;
  readonly phase: string;
  readonly log: string;
  /** Whether the kernel killed something for want of memory meanwhile. */
  readonly wasMemoryShort: boolean;
}

/** What an engine died of that could not say so itself. */
export function engineDied({ exit, phase, log, wasMemoryShort }: Ending): AttemptFault {
  const said = meaningfulLines(log);
  const words = said === '' ? '' : ` Its last words: ${said}`;
  if (exit.signal === 'SIGKILL' && wasMemoryShort) {
    return new AttemptFault(
      'OUT_OF_MEMORY',
      `The machine ran out of memory in the phase '${phase}', and the system killed the engine. Use a smaller batch, cutoff length or model.`,
      false,
    );
  }
  if (exit.signal !== null) return new AttemptFault('TRAINER_KILLED', `The engine was ended by ${exit.signal} in the phase '${phase}'.${words}`, true);
  return new AttemptFault('TRAINER_FAILED', `The engine ended with exit code ${exit.code ?? '?'} in the phase '${phase}'.${words}`, false);
}

/** What an error of the runner's own work means for the attempt. */
export function faultOf(error: unknown, phase: string): AttemptFault {
  if (error instanceof AttemptFault) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const words = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AttemptFault('OUT_OF_DISK', `The disk is full in the phase '${phase}': ${words}. Free some space and start the job again.`, true, error);
  if (code === 'ARTIFACT_NOT_FOUND') return new AttemptFault('INPUT_MISSING', `What the job needs is not in the artifact store: ${words}.`, false, error);
  if (code === 'ARTIFACT_CORRUPT') return new AttemptFault('INPUT_DAMAGED', `What the job needs is damaged in the artifact store: ${words}.`, false, error);
  return new AttemptFault('RUNNER_FAILED', `The runner failed in the phase '${phase}': ${words}`, true, error);
}
