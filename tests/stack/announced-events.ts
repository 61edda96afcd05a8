import { setTimeout as delay } from 'node:timers/promises';
import { EVENTS_STREAM, EVENTS, type Subject } from '@conch/events';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { natsLoginOf, portsOf } from './stack-files.js';

const SUBJECT_PREFIX = 'conch.events.training.job.';

/** What JetStream holds about one job, as the last word of each subject (`queued`, `started`, `succeeded`), in order. */
export async function announcedOf(stateDir: string, jobId: string): Promise<string[]> {
  const nats = await connect({ servers: `nats://127.0.0.1:${portsOf(stateDir)['nats']}`, ...natsLoginOf(stateDir, 'training') });
  try {
    // Outbox relays publish soon after the commit, not within it.
    await delay(1_000);
    const consumer = await jetstream(nats).consumers.get(EVENTS_STREAM, { filter_subjects: [`${SUBJECT_PREFIX}>`] });
    const announced: string[] = [];
    for (let left = (await consumer.info()).num_pending; left > 0; left -= 1) {
      const message = await consumer.next({ expires: 2_000 });
      if (message === null) break;
      const subject = message.subject as Subject & `${typeof SUBJECT_PREFIX}${string}`;
      const decoded: unknown = EVENTS[subject].decode(message.data);
      if ((decoded as { jobId: string }).jobId === jobId) announced.push(subject.slice(SUBJECT_PREFIX.length));
    }
    return announced;
  } finally {
    await nats.close();
  }
}
