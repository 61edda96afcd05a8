import type { StoredCheckpoint } from '../../jobs/checkpoint.entity.js';
import type { Job } from '../../jobs/job.entity.js';
import { type NewJobEvent, told } from '../../jobs/job-event.js';
import type { Attempt } from '../attempt.entity.js';
import { ReportOutOfOrder } from '../attempt.errors.js';
import type { AttemptReport, ReportBody } from './attempt-report.js';
import { metricsOf, stepInWords } from './step-metrics.js';

type Body<K extends ReportBody['kind']> = Extract<ReportBody, { kind: K }>;

/** Adds reports to a job one by one, and collects what they come to. */
export class ReportLedger {
  readonly events: NewJobEvent[] = [];
  readonly checkpoints: Omit<StoredCheckpoint, 'id' | 'jobId'>[] = [];

  constructor(
    public job: Job,
    public attempt: Attempt,
    private readonly checkpointSteps: Set<number>,
  ) {}

  take({ number, at, body }: AttemptReport): void {
    const { lastReport } = this.attempt.facts;
    if (number <= lastReport) return;
    if (number !== lastReport + 1) throw new ReportOutOfOrder(number, lastReport + 1);
    this.attempt = this.attempt.with({ lastReport: number });
    switch (body.kind) {
      case 'phase':
        this.progress({ phase: body.phase, ...(body.phase === 'train' ? {} : { estimatedFinish: null }) });
        this.events.push(told(PHASES[body.phase] ?? `Phase: ${body.phase}`, { phase: body.phase, attempt: this.attempt.facts.epoch }));
        return;
      case 'step':
        this.step(body, at);
        return;
      case 'checkpoint':
        this.checkpoint(body, at);
        return;
      case 'note':
        this.events.push({ level: body.level, message: body.message, type: 'message', data: { attempt: this.attempt.facts.epoch } });
        return;
      case 'nothing':
        return;
    }
  }

  /** An attempt that begins anew, or from a checkpoint, repeats steps; what was told once is not told again. */
  private step({ step, totalSteps, metrics: raw }: Body<'step'>, at: Date): void {
    const { progress } = this.job.facts;
    const metrics = metricsOf(step, totalSteps, raw);
    const isTrained = 'train_loss' in metrics || !('valid_loss' in metrics);
    const isEvaluated = 'valid_loss' in metrics;
    const isNew = (isTrained && step > progress.step) || (isEvaluated && step > progress.evaluatedStep);
    if (this.attempt.facts.firstStep === null) this.attempt = this.attempt.with({ firstStep: step, firstStepAt: at });
    this.progress({
      step: isTrained ? Math.max(step, progress.step) : progress.step,
      evaluatedStep: isEvaluated ? Math.max(step, progress.evaluatedStep) : progress.evaluatedStep,
      totalSteps: Math.max(totalSteps, step),
      estimatedFinish: this.finishOf(step, totalSteps, at),
    });
    if (!isNew) return;
    this.noteProgress();
    this.events.push({ level: 'info', message: stepInWords(step, totalSteps, metrics), type: 'metrics', data: metrics });
  }

  private checkpoint({ step, artifact, path }: Body<'checkpoint'>, at: Date): void {
    this.checkpoints.push({ step, createdAt: at, artifact, path });
    if (this.checkpointSteps.has(step)) return;
    this.checkpointSteps.add(step);
    this.noteProgress();
    this.events.push(told(`Checkpoint created at step ${step}`, { step }));
  }

  private finishOf(step: number, totalSteps: number, at: Date): Date | null {
    const { firstStep, firstStepAt } = this.attempt.facts;
    if (firstStep === null || firstStepAt === null || step <= firstStep || totalSteps <= step) return this.job.facts.progress.estimatedFinish;
    const msAStep = (at.getTime() - firstStepAt.getTime()) / (step - firstStep);
    return new Date(at.getTime() + msAStep * (totalSteps - step));
  }

  /** The bad ends before it no longer count: the job gets somewhere. */
  private noteProgress(): void {
    this.job = this.job.with({ failures: 0 });
  }

  private progress(change: Partial<Job['facts']['progress']>): void {
    this.job = this.job.with({ progress: { ...this.job.facts.progress, ...change } });
  }
}

/** What the phases of an attempt are called for those who follow it. */
const PHASES: Readonly<Record<string, string>> = {
  fetch: 'Fetching the inputs',
  check: 'Checking the model',
  train: 'Training started',
  merge: 'Merging the tuned weights into the base model',
  convert: 'Converting the model for serving',
  parity: 'Comparing the converted model with the one it was made from',
  upload: 'Storing the results',
};
