import { Refusal } from '@conch/errors';

/** Why an attempt stops before its end; each leads to another end of the program. */
export type StopReason = 'cancelled' | 'lease-lost' | 'terminated' | 'training-away' | 'refused';

const WORDS: Readonly<Record<StopReason, string>> = {
  cancelled: 'The job was cancelled.',
  'lease-lost': 'The attempt belongs to another runner now, or is over.',
  terminated: 'The runner was told to end.',
  'training-away': 'The training service did not answer for too long.',
  refused: 'The training service refused what the runner told it.',
};

/** After these, training still hears how the attempt ended. */
const TOLD: readonly StopReason[] = ['cancelled', 'refused'];

/** Thrown wherever work is interrupted. */
export class Stopped extends Refusal {
  constructor(
    readonly reason: StopReason,
    cause?: unknown,
  ) {
    super('cancelled', `ATTEMPT_${reason.toUpperCase().replace('-', '_')}`, WORDS[reason], { cause });
  }
}

/** The one switch that ends everything an attempt does. The first reason counts, but a lost lease overrides a wish to cancel. */
export class Stop {
  private readonly work = new AbortController();
  private readonly calls = new AbortController();

  /** Aborts with whatever reason; for everything that is work. */
  get workSignal(): AbortSignal {
    return this.work.signal;
  }

  /** Aborts when nothing may be told any more; an attempt that was cancelled, or whose report was refused, still tells that it is. */
  get callSignal(): AbortSignal {
    return this.calls.signal;
  }

  /** Why it stopped, or null. */
  get reason(): StopReason | null {
    return this.stopped?.reason ?? null;
  }

  /** What made it stop, where that was an error. */
  get cause(): unknown {
    return this.stopped?.cause;
  }

  now(reason: StopReason, cause?: unknown): void {
    const stopped = new Stopped(reason, cause);
    this.work.abort(stopped);
    if (!TOLD.includes(reason)) this.calls.abort(stopped);
  }

  private get stopped(): Stopped | null {
    const { signal } = this.calls.signal.aborted ? this.calls : this.work;
    return signal.reason instanceof Stopped ? signal.reason : null;
  }
}
