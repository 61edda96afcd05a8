/** Headers of every event; `Nats-Msg-Id` and `traceparent` travel beside them under their usual names. */
export const EVENT_HEADERS = {
  eventId: 'conch-event-id',
  project: 'conch-project',
  time: 'conch-time',
  epoch: 'conch-epoch',
} as const;

/** Headers that a dead letter has in addition to those of its event. */
export const DEAD_HEADERS = {
  subject: 'conch-dead-subject',
  consumer: 'conch-dead-consumer',
  code: 'conch-dead-code',
  reason: 'conch-dead-reason',
  deliveries: 'conch-dead-deliveries',
  streamSequence: 'conch-dead-stream-sequence',
} as const;

/** A reason as a header value: one line, bounded. */
export function headerText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 1_000);
}
