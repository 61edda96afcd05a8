import type { ArtifactStore } from '@conch/artifacts';
import type { Artifact } from '@conch/contracts/common';
import { type AttemptSpec, type AttemptSucceeded, JobKind } from '@conch/contracts/training';
import { finetuningType, rowsFile } from '../engine/engine-configs.js';
import type { EngineEvent, EngineResult } from '../engine/engine-event.js';
import { AttemptFault } from '../engine/engine-failure.js';
import { type EngineSettings, runEngine } from '../engine/run-engine.js';
import { storeAdapter } from '../outputs/adapter.js';
import { provenanceOf } from '../outputs/provenance.js';
import { filesOf, storeFile, storeFiles } from '../outputs/store-files.js';
import type { ReportQueue } from '../reports/report-queue.js';
import { fetchInputs } from './fetch-inputs.js';
import { StepFilter } from './step-filter.js';
import type { WorkFolders } from './work-folders.js';

/** What an attempt is run with. */
export interface AttemptTools {
  readonly store: ArtifactStore;
  readonly engine: EngineSettings;
  readonly reports: ReportQueue;
  readonly folders: WorkFolders;
  readonly baseModelDir: string | undefined;
  readonly parityTokens: number;
}

const FORMATS = ['fp32', 'int8', 'int4'];

/** Runs one attempt, phase by phase; each phase is reported as it begins. */
export class RunAttempt {
  /** The phase that runs now. */
  phase = 'fetch';
  private readonly seconds: Record<string, number> = {};
  private recipe: Readonly<Record<string, unknown>> = {};
  private result: EngineResult | null = null;
  private succeeded: AttemptSucceeded | null = null;
  private readonly steps: StepFilter;

  constructor(
    private readonly spec: AttemptSpec,
    private readonly tools: AttemptTools,
    private readonly signal: AbortSignal,
  ) {
    this.steps = new StepFilter(spec.lastReportedStep);
  }

  async execute(): Promise<AttemptSucceeded> {
    if (!FORMATS.includes(this.format))
      throw new AttemptFault('ARGUMENTS_REFUSED', `The serving format '${this.format}' is not one of ${FORMATS.join(', ')}.`, false);
    await this.tools.folders.prepare(this.spec.attemptId);
    // The engine announces the phases of its own as it comes to them: train, merge and convert, or fetch, check and convert.
    const parts = {
      [JobKind.JOB_KIND_FINE_TUNING]: [() => this.timed('fetch', () => this.fetch()), () => this.tune(), () => this.timed('upload', () => this.upload())],
      [JobKind.JOB_KIND_IMPORT]: [() => this.import(), () => this.timed('upload', () => this.upload())],
    }[this.spec.kind as number];
    if (parts === undefined)
      throw new AttemptFault('ARGUMENTS_REFUSED', `The runner knows no attempts of the kind ${this.spec.kind}; it is older than the training service.`, false);
    for (const part of parts) {
      this.signal.throwIfAborted();
      await part();
    }
    if (this.succeeded === null) throw new Error('the last phase left no result');
    return this.succeeded;
  }

  private get format(): string {
    return this.spec.servingFormat === '' ? 'fp32' : this.spec.servingFormat;
  }

  private async timed(phase: string, work: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    await this.enter(phase);
    await work();
    this.seconds[phase] = Math.round(performance.now() - startedAt) / 1000;
  }

  private async enter(phase: string): Promise<void> {
    this.phase = phase;
    await this.tools.reports.push({ $case: 'phase', value: { phase } });
  }

  private async fetch(): Promise<void> {
    const { store, folders, reports } = this.tools;
    const fetched = await fetchInputs(store, this.spec, folders, this.signal);
    this.recipe = fetched.arguments;
    if (this.spec.resumeFrom === '') return;
    const message = fetched.isResumed
      ? `The training goes on from the checkpoint ${this.spec.resumeFrom}.`
      : `The checkpoint ${this.spec.resumeFrom} is gone; the training starts anew.`;
    await reports.push({ $case: 'note', value: { level: fetched.isResumed ? 'info' : 'warn', message } });
  }

  private async tune(): Promise<void> {
    const { folders } = this.tools;
    const files = { base: folders.base, train_data: await rowsFile(folders.train), train_config: folders.trainConfig, export_config: folders.exportConfig };
    await this.engine({ kind: 'fine_tuning', ...files }, false);
  }

  private async import(): Promise<void> {
    await this.engine({ kind: 'import', source: this.spec.importSource, local_root: this.tools.baseModelDir ?? '' }, this.spec.importSource.startsWith('hf:'));
  }

  private async engine(plan: Readonly<Record<string, unknown>>, isOnline: boolean): Promise<void> {
    const { engine, folders, parityTokens } = this.tools;
    this.result = await runEngine(engine, {
      folders,
      plan: { ...plan, serving_format: this.format, parity_tokens: parityTokens },
      isOnline,
      signal: this.signal,
      onEvent: (event) => this.pass(event),
    });
    Object.assign(this.seconds, this.result.seconds);
  }

  private async pass(event: EngineEvent): Promise<void> {
    const { reports } = this.tools;
    switch (event.type) {
      case 'phase':
        return this.enter(event.phase);
      case 'step':
        if (!this.steps.isNew(event.step, event.metrics)) return;
        return reports.push({ $case: 'step', value: { step: event.step, totalSteps: event.total_steps, metricsJson: JSON.stringify(event.metrics) } });
      case 'checkpoint':
        return reports.push({ $case: 'checkpoint', value: { step: event.step, path: event.path, artifact: await this.checkpoint(event.path) } });
      case 'note':
        return reports.push({ $case: 'note', value: { level: event.level, message: event.message } });
      default:
        return;
    }
  }

  /** An adapter is small, so each checkpoint's is kept; whole models of full tuning are not. */
  private async checkpoint(path: string): Promise<Artifact | undefined> {
    if (finetuningType(this.recipe) !== 'lora') return undefined;
    try {
      return await storeAdapter(this.tools.store, path, this.tools.folders.cache, this.signal);
    } catch (error) {
      // The trainer keeps the newest few only, and may be ahead of us.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async upload(): Promise<void> {
    const { store, folders } = this.tools;
    const { result, spec, signal } = this;
    if (result === null) throw new Error('the engine left no result');
    const isTuning = spec.kind === JobKind.JOB_KIND_FINE_TUNING;
    const adapter = isTuning && finetuningType(this.recipe) === 'lora' ? await storeAdapter(store, folders.output, folders.cache, signal) : undefined;
    const weights = await storeFiles(store, isTuning ? await filesOf(folders.merged) : result.weights, signal);
    const serving = await storeFiles(store, await filesOf(folders.serving), signal);
    const metricsCsv = result.metrics_csv === '' ? undefined : await storeFile(store, result.metrics_csv, signal);
    const made = { adapter, weights, serving, metricsCsv };
    const provenance = await provenanceOf({ spec, result, made, folders, seconds: this.seconds, format: this.format });
    this.succeeded = { ...made, trainedTokens: result.trained_tokens, provenanceJson: JSON.stringify(provenance), weightFormat: this.format };
  }
}
