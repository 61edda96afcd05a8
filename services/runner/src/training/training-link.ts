import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptReport, AttemptSpec, FinishAttemptRequest, RunnerServiceDefinition } from '@conch/contracts/training';
import { DomainError, type ErrorKind } from '@conch/errors';
import { type GrpcClient, type PartialMessage, SYSTEM_PROJECT } from '@conch/rpc';
import type { Logger } from '@conch/telemetry';
import { Stopped } from './stop.js';

/** How one attempt ended. */
export type Outcome = NonNullable<FinishAttemptRequest['outcome']>;

interface LinkOptions {
  readonly client: GrpcClient<RunnerServiceDefinition>;
  readonly attemptId: string;
  readonly epoch: number;
  /** How long a call is repeated while training is away. */
  readonly patienceMs: number;
  /** How often a call is made that training fails at by itself: a passing fault passes soon, and no patience mends the others. */
  readonly internalTries?: number;
  readonly logger: Logger;
}

interface Caller {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const CALL_TIMEOUT_MS = 30_000;
const INTERNAL_TRIES = 8;

/** Kinds of refusal that the same call may not meet the next time. */
const PASSING: readonly ErrorKind[] = ['unavailable', 'timeout', 'exhausted', 'internal', 'cancelled'];

/** The runner's side of the contract with training: every call carries the lease, and is repeated while training is away. */
export class TrainingLink {
  constructor(private readonly options: LinkOptions) {}

  start(signal: AbortSignal): Promise<AttemptSpec> {
    return this.persist(signal, (call) => this.options.client.startAttempt(this.lease, { projectId: SYSTEM_PROJECT, ...call }));
  }

  /** Renews the lease once, without repeating; answers whether the job was cancelled. */
  async heartbeat(signal: AbortSignal, timeoutMs: number): Promise<boolean> {
    return (await this.options.client.heartbeat(this.lease, { projectId: SYSTEM_PROJECT, signal, timeoutMs })).cancelRequested;
  }

  /** Sends reports; answers the highest number that is stored. */
  report(reports: readonly AttemptReport[], signal: AbortSignal): Promise<number> {
    return this.persist(signal, async (call) => (await this.options.client.report({ ...this.lease, reports }, { projectId: SYSTEM_PROJECT, ...call })).stored);
  }

  async finish(outcome: Outcome, signal: AbortSignal): Promise<void> {
    await this.persist(signal, (call) => this.options.client.finishAttempt({ ...this.lease, outcome }, { projectId: SYSTEM_PROJECT, ...call }));
  }

  private get lease(): PartialMessage<{ attemptId: string; epoch: number }> {
    return { attemptId: this.options.attemptId, epoch: this.options.epoch };
  }

  private async persist<T>(signal: AbortSignal, call: (caller: Caller) => Promise<T>): Promise<T> {
    const giveUpAt = Date.now() + this.options.patienceMs;
    let internalTriesLeft = this.options.internalTries ?? INTERNAL_TRIES;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      signal.throwIfAborted();
      try {
        return await call({ signal, timeoutMs: CALL_TIMEOUT_MS });
      } catch (error) {
        signal.throwIfAborted();
        if (isLeaseLost(error)) throw new Stopped('lease-lost', error);
        if (!isPassing(error)) throw error;
        if (isInternal(error)) internalTriesLeft -= 1;
        if (internalTriesLeft <= 0) throw error;
        if (Date.now() >= giveUpAt) throw new Stopped('training-away', error);
        this.options.logger.warn({ err: error, pauseMs }, 'the training service does not answer; the call is repeated');
      }
      // Of several runners that wait for the same service, not all call at once.
      await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Says whether training told that this attempt's lease is over. */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof DomainError && (error.code === 'LEASE_LOST' || error.kind === 'not_found');
}

function isInternal(error: unknown): boolean {
  return error instanceof DomainError && error.kind === 'internal';
}

/** Says whether the same call may be answered the next time. */
export function isPassing(error: unknown): boolean {
  return error instanceof DomainError && PASSING.includes(error.kind);
}
