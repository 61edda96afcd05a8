import { WakeUp } from '@conch/storage';
import { JobNotFound } from '../job.errors.js';
import type { JobFeed } from '../job-feed.js';
import type { JobHistoryRepository } from '../job-history.repository.js';
import type { JobRepository } from '../job.repository.js';
import type { JobEvent } from '../job-event.js';

const EVENTS_A_READ = 200;
/** A notification may be lost with its connection; then this is how late an event can come. */
const LOOK_AGAIN_MS = 2_000;

/** Whose events are followed, and from where on. */
export interface FollowCommand {
  readonly projectId: string;
  readonly jobId: string;
  readonly afterSequence: number;
  readonly signal: AbortSignal;
}

/** A job's events from a number on, each once and in order, then each new one as it happens; ends with the job. */
export class FollowJobEvents {
  constructor(
    private readonly jobs: JobRepository,
    private readonly history: JobHistoryRepository,
    private readonly feed: JobFeed,
  ) {}

  async *execute({ projectId, jobId, afterSequence, signal }: FollowCommand): AsyncGenerator<JobEvent> {
    const wakeUp = new WakeUp();
    const wake = (): void => wakeUp.wake();
    const unwatch = this.feed.watch(jobId, wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      let sequence = afterSequence;
      while (!signal.aborted) {
        // Read before the events, so that a job seen as over has no event that is not read below.
        const job = await this.jobs.find(projectId, jobId);
        if (job === null) throw new JobNotFound(jobId);
        const events = await this.history.eventsAfter(projectId, jobId, sequence, EVENTS_A_READ);
        for (const event of events) {
          yield event;
          sequence = event.sequence;
        }
        if (job.isFinal && sequence >= job.facts.lastSequence) return;
        if (events.length === 0) await wakeUp.wait(LOOK_AGAIN_MS);
      }
    } finally {
      unwatch();
      signal.removeEventListener('abort', wake);
    }
  }
}
