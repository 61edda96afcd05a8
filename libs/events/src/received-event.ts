import type { MessageOf, Subject } from './subjects.js';

/** One delivery of an event; the subject tells the message's type. */
export type ReceivedEvent<S extends Subject = Subject> = {
  [K in S]: {
    readonly id: string;
    readonly subject: K;
    readonly message: MessageOf<K>;
    readonly projectId: string;
    readonly time: Date;
    /** The lease epoch of the attempt that the event speaks of; null when it speaks of none. */
    readonly epoch: number | null;
    /** How often this event has been delivered to this consumer, from 1. */
    readonly deliveries: number;
    /** Says that the handler is still at it, which keeps the event from being delivered again meanwhile; for work above 20 s. */
    working(): void;
  };
}[S];
