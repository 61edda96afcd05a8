import type { ArtifactStore } from '@conch/artifacts';
import type { AttemptSpec } from '@conch/contracts/training';
import type { Logger } from '@conch/telemetry';
import { type AttemptFault, faultOf } from '../engine/engine-failure.js';
import type { EngineSettings } from '../engine/run-engine.js';
import { KeptLease } from '../lease/keep-lease.js';
import { ReportQueue } from '../reports/report-queue.js';
import { type Stop, type StopReason, Stopped } from '../training/stop.js';
import { type Outcome, type TrainingLink, isLeaseLost, isPassing } from '../training/training-link.js';
import { RunAttempt } from './run-attempt.js';
import { WorkFolders } from './work-folders.js';

/** What an attempt is attended with. */
export interface AttendOptions {
  readonly link: TrainingLink;
  readonly stop: Stop;
  readonly store: ArtifactStore;
  readonly engine: EngineSettings;
  readonly baseModelDir: string | undefined;
  readonly parityTokens: number;
  readonly patienceMs: number;
  readonly logger: Logger;
}

/** The program's exit codes: 0 when training was told how the attempt ended, whatever the end. */
const EXIT_CODES: Readonly<Record<StopReason, number>> = { cancelled: 0, 'lease-lost': 3, terminated: 143, 'training-away': 75, refused: 0 };

const LAST_WORD_MS = 2_000;

/** Takes the attempt, runs it under its lease, and tells how it ended; answers the program's exit code. */
export async function attendAttempt(options: AttendOptions): Promise<number> {
  const { link, stop, logger, patienceMs } = options;
  let spec: AttemptSpec;
  try {
    spec = await link.start(stop.callSignal);
  } catch (error) {
    if (error instanceof Stopped) return EXIT_CODES[error.reason];
    throw error;
  }
  logger.info({ attempt: spec.attemptId, job: spec.jobId, kind: spec.kind }, 'the attempt begins');
  const lease = new KeptLease(link, stop, { leaseMs: spec.leaseSeconds * 1_000, patienceMs, logger });
  try {
    return await attend(spec, options);
  } finally {
    await lease.close();
  }
}

async function attend(spec: AttemptSpec, options: AttendOptions): Promise<number> {
  const { link, stop, logger } = options;
  const folders = new WorkFolders(spec.workDir);
  const reports = new ReportQueue({
    send: (batch) => link.report(batch, stop.callSignal),
    onFailure: (error) => stop.now(isStopped(error) ? error.reason : 'refused', error),
    now: () => new Date(),
  });
  const attempt = new RunAttempt(spec, { ...options, reports, folders }, stop.workSignal);
  let outcome: Outcome;
  let fault: AttemptFault | null = null;
  try {
    outcome = { $case: 'succeeded', value: await attempt.execute() };
  } catch (error) {
    fault = faultOf(error, attempt.phase);
    outcome = { $case: 'failed', value: { code: fault.code, message: fault.message, retryable: fault.isRetryable } };
    if (stop.reason === null) logger.error({ err: error, code: fault.code, phase: attempt.phase }, 'the attempt failed');
  }
  try {
    if (stop.reason === null) await reports.flush();
    if (stop.reason === null) await link.finish(outcome, stop.callSignal);
  } catch (error) {
    if (isStopped(error) || isLeaseLost(error)) stop.now(isStopped(error) ? error.reason : 'lease-lost', error);
    else if (stop.reason === null) throw error;
  }
  const { reason } = stop;
  if (reason === null) {
    await folders.tidy(fault?.isRetryable === true);
    logger.info({ outcome: outcome.$case }, 'the attempt is over');
    return 0;
  }
  return depart(reason, folders, options);
}

/** Ends an attempt that was stopped. Its checkpoints stay unless nobody will go on from them. */
async function depart(reason: StopReason, folders: WorkFolders, { link, stop, logger }: AttendOptions): Promise<number> {
  logger.info({ reason, err: stop.cause }, 'the attempt was stopped');
  try {
    if (reason === 'cancelled') await link.finish(CANCELLED, stop.callSignal);
    else if (reason === 'refused') await link.finish(refused(stop.cause), stop.callSignal);
    // Whoever asked the runner to end does not wait long; without this word training notices when the lease runs out.
    else if (reason === 'terminated') await link.finish(CANCELLED, AbortSignal.timeout(LAST_WORD_MS));
  } catch (error) {
    logger.warn({ err: error }, 'the training service did not hear that the attempt was stopped');
  }
  await folders.tidy(reason !== 'cancelled');
  return EXIT_CODES[reason];
}

const CANCELLED: Outcome = { $case: 'cancelled', value: {} };

function refused(cause: unknown): Outcome {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `The training service refused what the runner told it: ${why}`;
  return { $case: 'failed', value: { code: 'REPORT_REFUSED', message, retryable: isPassing(cause) } };
}

function isStopped(error: unknown): error is Stopped {
  return error instanceof Stopped;
}
