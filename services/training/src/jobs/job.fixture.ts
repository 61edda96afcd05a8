import { Attempt, type AttemptFacts } from '../attempts/attempt.entity.js';
import { type ArtifactReference, type FineTuningPlan, Job, type JobFacts, NEW_JOB, type Outcome } from './job.entity.js';

/** When everything in specs happens, unless they say otherwise. */
export const AT = new Date('2026-01-01T00:00:00Z');

/** A reference to a folder that holds nothing. */
export function aFolder(letter = 'a', sizeBytes = 12_000_000): ArtifactReference {
  return { digest: `sha256:${letter.repeat(64)}`, sizeBytes, form: 'folder' };
}

/** A plan to tune the tiny model on sixty rows. */
export function aPlan(plan: Partial<FineTuningPlan> = {}): FineTuningPlan {
  return {
    kind: 'fine-tuning',
    suffix: '',
    base: { versionId: 'mv_1', name: 'conch-tiny', weights: aFolder('b') },
    training: { named: 'file-1', versionId: 'dsv_1', digest: `sha256:${'d'.repeat(64)}`, rows: 60, lastAnswerOnly: false, folder: aFolder('c') },
    validation: null,
    method: { type: 'supervised' },
    arguments: { stage: 'sft', learning_rate: 0.002 },
    servingFormat: 'fp32',
    requestDigest: '0'.repeat(64),
    ...plan,
  };
}

/** A job for specs; names only what the spec depends on. */
export function aJob(facts: Partial<JobFacts> = {}): Job {
  return new Job({
    ...NEW_JOB,
    id: 'ftjob-1',
    projectId: 'proj_1',
    model: 'conch-tiny',
    resultModel: 'ft:conch-tiny:default::a1b2c3d4',
    plan: aPlan(),
    metadata: {},
    seed: 7,
    idempotencyKey: null,
    createdAt: AT,
    ...(facts.state === 'queued' || facts.state === 'running' ? { queuedAt: AT } : {}),
    ...facts,
  });
}

/** An attempt for specs. */
export function anAttempt(facts: Partial<AttemptFacts> = {}): Attempt {
  return new Attempt({
    id: 'att_1',
    projectId: 'proj_1',
    jobId: 'ftjob-1',
    epoch: 1,
    state: 'running',
    leaseUntil: new Date(AT.getTime() + 15_000),
    lastReport: 0,
    firstStep: null,
    firstStepAt: null,
    fault: null,
    createdAt: AT,
    finishedAt: null,
    ...facts,
  });
}

/** What an attempt that went well left. */
export function anOutcome(outcome: Partial<Outcome> = {}): Outcome {
  return {
    adapter: aFolder('e'),
    weights: aFolder('f'),
    serving: aFolder('0'),
    metricsCsv: { digest: `sha256:${'1'.repeat(64)}`, sizeBytes: 100, form: 'file' },
    trainedTokens: 1_234,
    provenance: '{}',
    weightFormat: 'fp32',
    ...outcome,
  };
}
