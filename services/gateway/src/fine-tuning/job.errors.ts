import { DomainError } from '@conch/errors';

/** Jobs cannot be paused. */
export class JobActionUnsupported extends DomainError {
  readonly kind = 'unimplemented';
  readonly code = 'UNSUPPORTED_OPERATION';

  constructor(action: 'pause' | 'resume') {
    super(`Jobs cannot be ${action === 'pause' ? 'paused' : 'resumed'} on this server. Let the job run, or cancel it and create it again.`);
  }
}

/** The place in the stream of events is not a number. */
export class LastEventIdInvalid extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'LAST_EVENT_ID_INVALID';

  constructor(given: string) {
    super(
      `Last-Event-ID: ${JSON.stringify(given.slice(0, 40))} is not a sequence number. Send the id of the last event that you got, or leave the header out.`,
      {
        param: 'Last-Event-ID',
      },
    );
  }
}
