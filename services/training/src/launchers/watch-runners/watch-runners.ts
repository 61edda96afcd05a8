import type { Attempt } from '../../attempts/attempt.entity.js';
import type { AttemptRepository } from '../../attempts/attempt.repository.js';
import { endAttempt, type RetryPolicy } from '../../attempts/retry-policy.js';
import type { JobRepository } from '../../jobs/job.repository.js';
import type { Launcher } from '../launcher.js';

/** What the use case is told of its surroundings. */
export interface WatchSettings {
  readonly policy: RetryPolicy;
  /** How long a runner may take to appear after its attempt was begun. */
  readonly appearMs: number;
  /** How long a runner whose attempt ended well may take to end by itself. */
  readonly leaveMs: number;
  readonly now: () => Date;
  /** How long an attempt whose processes could not be ended is left before that is tried again. */
  readonly retryMs: number;
  readonly onFailure: (attemptId: string, thrown: unknown) => void;
  /** Called when processes that were to be ended are gone. */
  readonly onEnded: () => void;
}

/** How long nobody looks for leftovers after none were found and nothing was to run. */
const QUIET_MS = 2_000;

/**
 * Compares what the database says is running with what runs: an attempt whose runner is gone is lost, and processes whose attempt
 * is over are ended. Runners that another process of this service started are found like its own.
 */
export class WatchRunners {
  private readonly ending = new Map<string, Promise<void>>();
  /** When ending what could not be ended is tried again. It holds up nothing meanwhile but the next attempt of its own job. */
  private readonly nextTries = new Map<string, number>();
  private quietUntil = 0;

  constructor(
    private readonly jobs: JobRepository,
    private readonly attempts: AttemptRepository,
    private readonly launcher: Launcher,
    private readonly settings: WatchSettings,
  ) {}

  /** One look. Ending processes goes on after it. */
  async execute(): Promise<void> {
    // The attempts first: one that is begun between the two reads has a runner that is not missed.
    const live = await this.attempts.listLive();
    if (live.length === 0 && this.isQuiet && this.settings.now().getTime() < this.quietUntil) return;
    const present = await this.launcher.look();
    this.quietUntil = present.size > 0 ? 0 : this.settings.now().getTime() + QUIET_MS;
    for (const attempt of live) {
      if (present.get(attempt.id)?.hasRunner !== true && this.isDue(attempt)) await this.lose(attempt);
    }
    const known = new Map((await this.attempts.find([...present.keys()])).map((attempt) => [attempt.id, attempt]));
    for (const attemptId of this.nextTries.keys()) if (!present.has(attemptId)) this.nextTries.delete(attemptId);
    for (const attemptId of present.keys()) {
      const attempt = known.get(attemptId);
      if (attempt === undefined || this.isOver(attempt)) this.end(attemptId);
    }
  }

  /** Whether nothing is being ended just now. */
  get isQuiet(): boolean {
    return this.ending.size === 0;
  }

  /** Resolves when everything that was to be ended is gone. */
  async settle(): Promise<void> {
    await Promise.all(this.ending.values());
  }

  private isDue({ id, state, facts }: Attempt): boolean {
    return state === 'running' || this.launcher.endOf(id) !== null || this.settings.now().getTime() - facts.createdAt.getTime() > this.settings.appearMs;
  }

  private isOver({ isLive, state, facts }: Attempt): boolean {
    if (isLive) return false;
    const isLeaving = state === 'succeeded' || state === 'failed';
    return !isLeaving || this.settings.now().getTime() - (facts.finishedAt?.getTime() ?? 0) > this.settings.leaveMs;
  }

  private async lose({ id }: Attempt): Promise<void> {
    const end = this.launcher.endOf(id);
    const message = `The runner ended without saying how its attempt went${end === null ? '' : ` (${end})`}.`;
    await this.jobs.changeByAttempt(id, (standing) =>
      standing.attempt?.id === id
        ? endAttempt(standing, { state: 'lost', fault: { code: 'RUNNER_LOST', message }, isRetryable: true }, this.settings.policy, this.settings.now())
        : {},
    );
  }

  private end(attemptId: string): void {
    const { now, retryMs, onFailure, onEnded } = this.settings;
    if (this.ending.has(attemptId) || now().getTime() < (this.nextTries.get(attemptId) ?? 0)) return;
    const ended = this.launcher.kill(attemptId).then(
      () => {
        this.nextTries.delete(attemptId);
        this.ending.delete(attemptId);
        onEnded();
      },
      (thrown: unknown) => {
        // Nobody is woken: the next look would only try the same at once.
        this.nextTries.set(attemptId, now().getTime() + retryMs);
        this.ending.delete(attemptId);
        onFailure(attemptId, thrown);
      },
    );
    this.ending.set(attemptId, ended);
  }
}
