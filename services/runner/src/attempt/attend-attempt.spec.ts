import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderArtifactStore } from '@conch/artifacts';
import { JobKind } from '@conch/contracts/training';
import { Refusal } from '@conch/errors';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeTraining, SILENT } from '../training/fake-training.fixture.js';
import { Stop } from '../training/stop.js';
import type { TrainingLink } from '../training/training-link.js';
import { attendAttempt } from './attend-attempt.js';

let dir: string;
let training: FakeTraining;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'conch-attend-'));
  const spec = { attemptId: 'att_1', jobId: 'ftjob-1', kind: JobKind.JOB_KIND_FINE_TUNING, workDir: join(dir, 'att_1'), argumentsJson: '{}' };
  training = await new FakeTraining(spec).start();
});

afterEach(async () => {
  await training.stop();
  await rm(dir, { recursive: true, force: true });
});

function attend(link: TrainingLink): Promise<number> {
  return attendAttempt({
    link,
    stop: new Stop(),
    store: new FolderArtifactStore(join(dir, 'artifacts')),
    engine: { envDir: dir, repoDir: dir, attemptId: 'att_1', environment: {}, stopGraceMs: 100 },
    baseModelDir: undefined,
    parityTokens: 1,
    patienceMs: 20_000,
    logger: SILENT,
  });
}

describe(attendAttempt, () => {
  it('tells why a report was refused, instead of ending as if nobody had answered', async () => {
    const link = training.link();
    const refusedOnce = link.report.bind(link);
    link.report = (reports, signal) => {
      training.refusals.push(new Refusal('invalid', 'REPORT_MALFORMED', 'The phase is too long.'));
      return refusedOnce(reports, signal);
    };
    expect(await attend(link)).toBe(0);
    expect(training.finished.map(({ outcome }) => outcome)).toEqual([
      {
        $case: 'failed',
        value: { code: 'REPORT_REFUSED', message: 'The training service refused what the runner told it: The phase is too long.', retryable: false },
      },
    ]);
  });
});
