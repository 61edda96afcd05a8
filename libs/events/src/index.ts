export { EventConsumer, type EventConsumerOptions } from './event-consumer.js';
export { DEAD_HEADERS, EVENT_HEADERS } from './headers.js';
export { type EventMeta, Outbox } from './outbox.js';
export { OutboxRelay, type OutboxRelayOptions } from './outbox-relay.js';
export type { ReceivedEvent } from './received-event.js';
export { DEAD_STREAM, ensureStreams, EVENTS_STREAM } from './streams.js';
export { type EventKind, EVENTS, isSubject, type MessageOf, type Subject } from './subjects.js';
export { type EventTables, inboxMigration, type InboxTable, outboxMigration, type OutboxTable } from './tables.js';
