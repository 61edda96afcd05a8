import type { Database } from '@conch/storage';
import type { Logger } from '@conch/telemetry';
import type { ExpireLeases } from './attempts/expire-leases/expire-leases.js';
import type { CompleteJobs } from './completion/complete-jobs/complete-jobs.js';
import { JOB_STATES_CHANNEL, type TrainingDatabase } from './database.js';
import type { ImportBaseModels } from './jobs/import-base-models/import-base-models.js';
import type { ValidateFiles } from './jobs/validate-files/validate-files.js';
import type { ClearWorkFolders } from './launchers/clear-work-folders/clear-work-folders.js';
import type { WatchRunners } from './launchers/watch-runners/watch-runners.js';
import { Loop } from './loop.js';
import type { ScheduleAttempts } from './scheduling/schedule-attempts/schedule-attempts.js';

const INTERVAL_MS = { attend: 1_000, complete: 1_000, clear: 30_000, import: 2_000 } as const;

/** What is done again and again. */
export interface Rounds {
  readonly expire: ExpireLeases;
  readonly watch: WatchRunners;
  readonly validate: ValidateFiles;
  readonly schedule: ScheduleAttempts;
  readonly complete: CompleteJobs;
  readonly clear: ClearWorkFolders;
  readonly import: ImportBaseModels;
}

/** Carries jobs on: woken at each turn of one, and by a timer, so that nothing waits for a notification that was lost. */
export class TrainingLoops {
  private readonly attend: Loop;
  private readonly others: readonly Loop[];
  private readonly complete: Loop;
  private unlisten: (() => Promise<void>) | null = null;

  constructor(
    private readonly database: Pick<Database<TrainingDatabase>, 'listen'>,
    private readonly rounds: Rounds,
    logger: Pick<Logger, 'warn'>,
  ) {
    const { complete, clear, import: imports } = rounds;
    // One after the other: what was just cancelled is on its way out before anything new begins. One that fails holds up none behind it.
    const attend = async (): Promise<'again'> => {
      for (const phase of ['expire', 'watch', 'validate', 'schedule'] as const) {
        await rounds[phase].execute().catch((thrown: unknown) => logger.warn({ err: thrown, phase }, 'a part of a round failed; it is tried again'));
      }
      return 'again';
    };
    this.attend = new Loop({ name: 'attend', intervalMs: INTERVAL_MS.attend, round: attend, logger });
    this.complete = new Loop({ name: 'complete', intervalMs: INTERVAL_MS.complete, round: () => complete.execute().then(again), logger });
    this.others = [
      new Loop({ name: 'clear work folders', intervalMs: INTERVAL_MS.clear, round: () => clear.execute().then(again), logger }),
      new Loop({ name: 'import base models', intervalMs: INTERVAL_MS.import, round: () => imports.execute(), logger }),
    ];
  }

  async start(): Promise<void> {
    this.unlisten = await this.database.listen(JOB_STATES_CHANNEL, () => this.wake());
    for (const loop of [this.attend, this.complete, ...this.others]) loop.start();
  }

  /** Has jobs looked at now. */
  wake(): void {
    this.attend.wake();
    this.complete.wake();
  }

  /** Ends after the rounds in flight; runners go on. */
  async stop(): Promise<void> {
    await this.unlisten?.();
    await Promise.all([this.attend, this.complete, ...this.others].map((loop) => loop.stop()));
    await this.rounds.watch.settle();
  }
}

const again = (): 'again' => 'again';
