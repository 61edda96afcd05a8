import { DomainError } from '@conch/errors';

/** The caller's lease is over: its attempt ended, was given up, or was followed by another. */
export class LeaseLost extends DomainError {
  readonly kind = 'precondition';
  readonly code = 'LEASE_LOST';

  constructor(attemptId: string, epoch: number) {
    super(`The lease ${epoch} of the attempt ${attemptId} is over; stop at once and report nothing more.`, { param: 'epoch', facts: { attemptId, epoch } });
  }
}

/** A report came before one that must come earlier. */
export class ReportOutOfOrder extends DomainError {
  readonly kind = 'precondition';
  readonly code = 'REPORT_OUT_OF_ORDER';

  constructor(got: number, expected: number) {
    super(`reports: number ${got} came where ${expected} was expected; send the reports from ${expected} on, without gaps.`, {
      param: 'reports',
      facts: { got, expected },
    });
  }
}

/** The message says nothing of how the attempt ended, or a part of it cannot be read. */
export class OutcomeMalformed extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'OUTCOME_MALFORMED';

  constructor(param: string, why: string) {
    super(`${param}: ${why}`, { param });
  }
}

/** An attempt was to change its state against the table; a fault of ours. */
export class AttemptTransitionRefused extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'ATTEMPT_TRANSITION_REFUSED';

  constructor(id: string, from: string, to: string) {
    super(`The attempt ${id} cannot go from ${from} to ${to}.`, { facts: { id, from, to } });
  }
}
