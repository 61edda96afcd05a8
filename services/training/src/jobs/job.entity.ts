import type { Digest } from '@conch/artifacts';
import { JobTransitionRefused } from './job.errors.js';

/** Where a job stands; the names are OpenAI's. */
export type JobState = 'validating_files' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** The only moves a job makes. */
const NEXT = {
  validating_files: ['queued', 'failed', 'cancelled'],
  queued: ['running', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<JobState, readonly JobState[]>;

/** The states that a job never leaves. */
export const FINAL_STATES: readonly JobState[] = ['succeeded', 'failed', 'cancelled'];

/** A reference into the artifact store. */
export interface ArtifactReference {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly form: 'file' | 'folder';
}

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The data that a job trains or is measured on, fixed when the job is made. */
export interface DatasetReference {
  /** As the caller named it: a file's id or a version's. */
  readonly named: string;
  readonly versionId: string;
  readonly digest: string;
  readonly rows: number;
  readonly lastAnswerOnly: boolean;
  readonly folder: ArtifactReference;
}

/** The model version that a job starts from. */
export interface BaseReference {
  readonly versionId: string;
  readonly name: string;
  readonly weights: ArtifactReference;
}

/** Everything that a fine-tuning job does; fixed when it is made. */
export interface FineTuningPlan {
  readonly kind: 'fine-tuning';
  readonly suffix: string;
  readonly base: BaseReference;
  readonly training: DatasetReference;
  readonly validation: DatasetReference | null;
  /** The caller's `method`, every `auto` and default resolved. */
  readonly method: JsonObject;
  /** LLaMA-Factory's arguments. */
  readonly arguments: JsonObject;
  readonly servingFormat: string;
  /** sha256 of the request as it came, by which a repeated one is known. */
  readonly requestDigest: string;
}

/** Everything that an import does. */
export interface ImportPlan {
  readonly kind: 'import';
  readonly source: string;
  readonly servingFormat: string;
}

export type JobPlan = FineTuningPlan | ImportPlan;

/** Why a job or an attempt failed. */
export interface JobFault {
  /** CAUSE_IN_CAPITALS, stable. */
  readonly code: string;
  readonly message: string;
  readonly param?: string;
}

/** What a successful attempt left in the artifact store. */
export interface Outcome {
  readonly adapter: ArtifactReference | null;
  readonly weights: ArtifactReference | null;
  readonly serving: ArtifactReference | null;
  readonly metricsCsv: ArtifactReference | null;
  readonly trainedTokens: number;
  readonly provenance: string;
  readonly weightFormat: string;
}

/** How far a running job is. */
export interface Progress {
  readonly phase: string;
  /** The last step whose training loss was told; an attempt that repeats steps tells none of them again. */
  readonly step: number;
  /** The last step whose validation loss was told. */
  readonly evaluatedStep: number;
  readonly totalSteps: number;
  readonly estimatedFinish: Date | null;
}

/** What a job consists of. */
export interface JobFacts {
  readonly id: string;
  readonly projectId: string;
  readonly state: JobState;
  readonly model: string;
  readonly resultModel: string;
  readonly plan: JobPlan;
  readonly metadata: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly idempotencyKey: string | null;
  readonly createdAt: Date;
  readonly queuedAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly progress: Progress;
  /** How many attempts were made; also the epoch of the newest. */
  readonly attempts: number;
  readonly attemptId: string | null;
  readonly outcome: Outcome | null;
  readonly versionId: string | null;
  readonly resultFiles: readonly string[];
  readonly fault: JobFault | null;
  readonly dueAt: Date | null;
  /** Bad ends in a row: of attempts since the last progress, then of tries to register the result. */
  readonly failures: number;
  /** The number of its newest event. */
  readonly lastSequence: number;
}

/** What a job is that was just made. */
export const NEW_JOB = {
  state: 'validating_files',
  queuedAt: null,
  startedAt: null,
  finishedAt: null,
  progress: { phase: '', step: 0, evaluatedStep: 0, totalSteps: 0, estimatedFinish: null },
  attempts: 0,
  attemptId: null,
  outcome: null,
  versionId: null,
  resultFiles: [],
  fault: null,
  dueAt: null,
  failures: 0,
  lastSequence: 0,
} as const satisfies Partial<JobFacts>;

/** One job: a model to be tuned, or brought in. */
export class Job {
  constructor(readonly facts: JobFacts) {}

  get id(): string {
    return this.facts.id;
  }

  get state(): JobState {
    return this.facts.state;
  }

  get isFinal(): boolean {
    return FINAL_STATES.includes(this.facts.state);
  }

  /** Says whether training is over and only registering the result is left. */
  get isCompleting(): boolean {
    return this.facts.state === 'running' && this.facts.outcome !== null;
  }

  /** Says whether it takes one of the places in which attempts run; it keeps it between two attempts. */
  get holdsPlace(): boolean {
    return this.facts.state === 'running' && this.facts.outcome === null;
  }

  /** The job in its next state at `at`; any move that the table does not have is refused. */
  to(state: JobState, at: Date): Job {
    const allowed: readonly JobState[] = NEXT[this.facts.state];
    if (!allowed.includes(state)) throw new JobTransitionRefused(this.id, this.facts.state, state);
    const isFinal = FINAL_STATES.includes(state);
    return this.with({
      state,
      ...(state === 'queued' ? { queuedAt: at } : {}),
      ...(state === 'running' ? { startedAt: at } : {}),
      ...(isFinal ? { finishedAt: at, dueAt: null, progress: { ...this.facts.progress, phase: '', estimatedFinish: null } } : {}),
    });
  }

  /** The job, failed for a reason. */
  fail(fault: JobFault, at: Date): Job {
    return this.to('failed', at).with({ fault });
  }

  /** The same job with some of its facts changed; its state changes with `to` only. */
  with(change: Partial<JobFacts>): Job {
    return new Job({ ...this.facts, ...change });
  }
}
