import type { DomainError } from '@conch/errors';
import { jetstream, type JetStreamClient, type JsMsg } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { DEAD_HEADERS, EVENT_HEADERS, headerText } from './headers.js';

/** Puts events that cannot be handled aside, with their payload, their headers, and the reason. */
export class DeadLetters {
  private readonly js: JetStreamClient;

  constructor(
    nats: NatsConnection,
    private readonly consumer: string,
  ) {
    this.js = jetstream(nats);
  }

  /** Stores the dead letter; resolves once the stream acknowledged it. The same event of the same consumer is stored once. */
  async add(delivery: JsMsg, reason: DomainError): Promise<void> {
    const made = headers();
    for (const [name, values] of delivery.headers ?? []) {
      // The event's own `Nats-…` headers would act on the dead-letter stream.
      if (!name.toLowerCase().startsWith('nats-')) for (const value of values) made.append(name, value);
    }
    made.set(DEAD_HEADERS.subject, delivery.subject);
    made.set(DEAD_HEADERS.consumer, this.consumer);
    made.set(DEAD_HEADERS.code, reason.code);
    made.set(DEAD_HEADERS.reason, headerText(reason.message));
    made.set(DEAD_HEADERS.deliveries, String(delivery.info.deliveryCount));
    made.set(DEAD_HEADERS.streamSequence, String(delivery.seq));
    const eventId = delivery.headers?.get(EVENT_HEADERS.eventId) ?? '';
    const subject = `conch.dead.${this.consumer}.${delivery.subject.replace(/^conch\.events\./, '')}`;
    await this.js.publish(subject, delivery.data, { headers: made, msgID: `${this.consumer}/${eventId || `#${delivery.seq}`}` });
  }
}
