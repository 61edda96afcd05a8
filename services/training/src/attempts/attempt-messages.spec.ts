import { describe, expect, it } from '@jest/globals';
import { AttemptReport, FinishAttemptRequest } from '@conch/contracts/training';
import { AT } from '../jobs/job.fixture.js';
import { endFrom, reportFrom } from './attempt-messages.js';

const LOG = 'loss\0 is \uD800 nan';
const STORED = 'loss\uFFFD is \uFFFD nan';

describe(reportFrom.name, () => {
  it.each([
    [{ $case: 'note', value: { level: 'warn', message: LOG } }, { message: STORED }],
    [{ $case: 'phase', value: { phase: LOG } }, { phase: STORED }],
    [{ $case: 'checkpoint', value: { step: 1, path: LOG } }, { path: STORED }],
    [{ $case: 'step', value: { step: 1, totalSteps: 2, metricsJson: JSON.stringify({ [LOG]: 1 }) } }, { metrics: { [STORED]: 1 } }],
  ] as const)('replaces what the database cannot store in %j', (body, stored) => {
    expect(reportFrom({ ...AttemptReport.fromPartial({ number: 1 }), body } as AttemptReport, AT).body).toMatchObject(stored);
  });
});

describe(endFrom.name, () => {
  it('replaces what the database cannot store in the reason of a failure and in the provenance of a result', () => {
    const failed = { $case: 'failed', value: { code: 'TRAINER_FAILED', message: LOG, retryable: false } } as const;
    expect(endFrom({ attemptId: 'att_1', epoch: 1, outcome: failed })).toMatchObject({ message: STORED });
    const request = FinishAttemptRequest.fromPartial({ outcome: { $case: 'succeeded', value: { provenanceJson: JSON.stringify({ template: [LOG] }) } } });
    expect(endFrom(request)).toMatchObject({ outcome: { provenance: JSON.stringify({ template: [STORED] }) } });
  });
});
