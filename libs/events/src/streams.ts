import { DiscardPolicy, jetstreamManager, JetStreamApiError, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { nanos, type NatsConnection } from '@nats-io/transport-node';

/** The stream that keeps every event. */
export const EVENTS_STREAM = 'CONCH_EVENTS';

/** The stream that keeps events which a consumer could not handle. */
export const DEAD_STREAM = 'CONCH_DEAD';

/** A day. */
export const DAY_MS = 24 * 60 * 60 * 1_000;
/** Longer than any pause between two tries of the outbox relay, so that a repeated publish is recognised. */
const DUPLICATE_WINDOW_MS = 10 * 60 * 1_000;
/** How long the stream of events keeps one. */
export const EVENTS_KEPT_MS = 30 * DAY_MS;
const STREAM_NAME_IN_USE = 10058;

type Wanted = Pick<StreamConfig, 'name' | 'subjects' | 'max_age'>;

const STREAMS: readonly Wanted[] = [
  { name: EVENTS_STREAM, subjects: ['conch.events.>'], max_age: nanos(EVENTS_KEPT_MS) },
  { name: DEAD_STREAM, subjects: ['conch.dead.>'], max_age: nanos(90 * DAY_MS) },
];

/** Makes the two streams, or brings the ones that are there up to date; several processes may do so at once. */
export async function ensureStreams(nats: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(nats, { checkAPI: false });
  for (const wanted of STREAMS) {
    const config = {
      ...wanted,
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    };
    try {
      await manager.streams.add(config);
    } catch (thrown) {
      // The stream is there with other settings: those that may change are changed, so an update needs no hand.
      if (!(thrown instanceof JetStreamApiError) || thrown.code !== STREAM_NAME_IN_USE) throw thrown;
      await manager.streams.update(wanted.name, config);
    }
  }
}
