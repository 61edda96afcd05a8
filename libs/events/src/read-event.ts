import { Refusal } from '@conch/errors';
import type { JsMsg } from '@nats-io/jetstream';
import { EVENT_HEADERS } from './headers.js';
import type { ReceivedEvent } from './received-event.js';
import { eventKind, isSubject, type Subject } from './subjects.js';

/** Reads a delivery; one that is no event of ours is refused as invalid, which makes it a dead letter. */
export function readEvent<S extends Subject>(delivery: JsMsg): ReceivedEvent<S> {
  const { subject } = delivery;
  if (!isSubject(subject)) throw new Refusal('invalid', 'EVENT_SUBJECT_UNKNOWN', `no event has the subject ${subject}`, { facts: { subject } });
  const event = {
    id: requiredHeader(delivery, EVENT_HEADERS.eventId),
    subject,
    message: decode(subject, delivery.data),
    projectId: requiredHeader(delivery, EVENT_HEADERS.project),
    time: new Date(requiredHeader(delivery, EVENT_HEADERS.time)),
    epoch: epochOf(delivery),
    deliveries: delivery.info.deliveryCount,
    working: (): void => delivery.working(),
  };
  // The consumer is bound to the subjects of S, and the message was decoded by the subject's own codec.
  return event as unknown as ReceivedEvent<S>;
}

function decode(subject: Subject, data: Uint8Array): unknown {
  try {
    return eventKind(subject).decode(data);
  } catch (thrown) {
    throw new Refusal('invalid', 'EVENT_UNREADABLE', `the payload is not a message of ${subject}`, { facts: { subject }, cause: thrown });
  }
}

function requiredHeader(delivery: JsMsg, name: string): string {
  const value = delivery.headers?.get(name) ?? '';
  if (value === '') throw new Refusal('invalid', 'EVENT_HEADER_MISSING', `the event on ${delivery.subject} has no header ${name}`, { facts: { header: name } });
  return value;
}

function epochOf(delivery: JsMsg): number | null {
  const value = delivery.headers?.get(EVENT_HEADERS.epoch) ?? '';
  if (value === '') return null;
  const epoch = Number(value);
  if (!Number.isSafeInteger(epoch)) throw new Refusal('invalid', 'EVENT_HEADER_INVALID', `the epoch "${value}" is not a whole number`);
  return epoch;
}
