import { type AttemptReport as ReportMessage, type AttemptSpec, type FinishAttemptRequest, JobKind } from '@conch/contracts/training';
import type { PartialMessage } from '@conch/rpc';
import { artifactFrom, toArtifactMessage } from '../artifact-messages.js';
import type { JsonObject } from '../jobs/job.entity.js';
import { OutcomeMalformed } from './attempt.errors.js';
import type { AttemptEnd } from './finish-attempt/finish-attempt.js';
import type { AttemptReport, ReportBody } from './report/attempt-report.js';
import { storable, storableJson } from './storable-text.js';
import type { AttemptOrder } from './start-attempt/start-attempt.js';

/** Where a runner works and how long its lease is. */
export interface SpecSettings {
  readonly leaseSeconds: number;
  readonly workDirOf: (attemptId: string) => string;
}

/** What a runner is to do, as the contract has it. */
export function toSpec({ job, attempt, arguments: sent, resumeFrom }: AttemptOrder, settings: SpecSettings): PartialMessage<AttemptSpec> {
  const { plan, projectId, progress } = job.facts;
  const common = {
    attemptId: attempt.id,
    epoch: attempt.facts.epoch,
    jobId: job.id,
    projectId,
    number: attempt.facts.epoch,
    servingFormat: plan.servingFormat,
    lastReportedStep: progress.step,
    leaseSeconds: settings.leaseSeconds,
    resumeFrom,
    workDir: settings.workDirOf(attempt.id),
  };
  if (plan.kind === 'import') return { ...common, kind: JobKind.JOB_KIND_IMPORT, importSource: plan.source, argumentsJson: '{}' };
  return {
    ...common,
    kind: JobKind.JOB_KIND_FINE_TUNING,
    baseModel: toArtifactMessage(plan.base.weights),
    trainingFolder: toArtifactMessage(plan.training.folder),
    validationFolder: plan.validation === null ? undefined : toArtifactMessage(plan.validation.folder),
    argumentsJson: JSON.stringify(sent),
  };
}

/** The report that a message stands for. */
export function reportFrom({ number, at, body }: ReportMessage, now: Date): AttemptReport {
  return { number, at: at ?? now, body: bodyFrom(body) };
}

/** The end that a message stands for. */
export function endFrom({ outcome }: FinishAttemptRequest): AttemptEnd {
  if (outcome === undefined) throw new OutcomeMalformed('outcome', 'it is missing; say how the attempt ended');
  if (outcome.$case === 'cancelled') return { state: 'cancelled' };
  if (outcome.$case === 'failed') {
    const { code, message, retryable: isRetryable } = outcome.value;
    return { state: 'failed', code: code === '' ? 'RUNNER_FAILED' : storable(code), message: storable(message), isRetryable };
  }
  const { adapter, weights, serving, metricsCsv, trainedTokens, provenanceJson: provenance, weightFormat } = outcome.value;
  return {
    state: 'succeeded',
    outcome: {
      adapter: artifactFrom(adapter),
      weights: artifactFrom(weights),
      serving: artifactFrom(serving),
      metricsCsv: artifactFrom(metricsCsv),
      trainedTokens,
      provenance: storableJson(provenance),
      weightFormat: storable(weightFormat),
    },
  };
}

function bodyFrom(body: ReportMessage['body']): ReportBody {
  switch (body?.$case) {
    case 'phase':
      return { kind: 'phase', phase: storable(body.value.phase) };
    case 'step':
      return { kind: 'step', step: body.value.step, totalSteps: body.value.totalSteps, metrics: objectFrom(body.value.metricsJson) };
    case 'checkpoint':
      return { kind: 'checkpoint', step: body.value.step, artifact: artifactFrom(body.value.artifact), path: storable(body.value.path) };
    case 'note':
      return { kind: 'note', level: levelFrom(body.value.level), message: storable(body.value.message) };
    case undefined:
      return { kind: 'nothing' };
  }
}

function levelFrom(level: string): 'info' | 'warn' | 'error' {
  return level === 'warn' || level === 'error' ? level : 'info';
}

/** Metrics are the engine's own text; what cannot be read tells nothing, and must not hold up the reports behind it. */
function objectFrom(json: string): JsonObject {
  try {
    const value: unknown = JSON.parse(storableJson(json));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}
