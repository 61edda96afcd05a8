import { asDomainError } from '@conch/errors';
import type { Logger } from '@conch/telemetry';
import { isFinal } from '../../final-refusal.js';
import type { CreateImport } from '../create-import/create-import.js';
import type { JobInputs } from '../job-inputs.js';
import type { JobRepository } from '../job.repository.js';

/** A model that every stack is to have. */
export interface BaseModel {
  readonly name: string;
  readonly source: string;
}

/** What the use case is told of its surroundings. */
export interface BaseModelSettings {
  readonly projectId: string;
  readonly models: readonly BaseModel[];
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** How often one source is tried, start after start, before its name must be changed by hand. */
const MOST_TRIES = 1_000;

/** Brings in the base models that the registry does not have, each by one import job at a time. */
export class ImportBaseModels {
  /** What was said of each model that is not in yet, so that it is said once. */
  private readonly said = new Map<string, string>();

  constructor(
    private readonly jobs: JobRepository,
    private readonly inputs: JobInputs,
    private readonly imports: CreateImport,
    private readonly settings: BaseModelSettings,
  ) {}

  /** Answers `again` when a model may yet be brought in; one that is refused for good waits for the operator, and keeps no other out. */
  async execute(): Promise<'done' | 'again'> {
    let next: 'done' | 'again' = 'done';
    for (const model of this.settings.models) if (!(await this.bringIn(model))) next = 'again';
    return next;
  }

  /** Answers whether nothing more is to be done for a model. */
  private async bringIn(model: BaseModel): Promise<boolean> {
    try {
      if (!(await this.inputs.isRegistered(this.settings.projectId, model.name))) await this.import(model);
      return true;
    } catch (thrown) {
      const { kind, message } = asDomainError(thrown);
      const reason = thrown instanceof Error ? thrown.message : message;
      const isHopeless = isFinal(kind);
      if (this.said.get(model.name) !== reason) {
        const { logger } = this.settings;
        if (isHopeless) logger.error({ err: thrown, ...model }, 'a base model cannot be brought in; correct CONCH_BASE_MODELS or its source, and start again');
        else logger.warn({ err: thrown, ...model }, 'a base model cannot be brought in yet; it is tried again');
      }
      this.said.set(model.name, reason);
      return isHopeless;
    }
  }

  /** An import that ended without a model left its key behind, so the next one takes the next key. */
  private async import({ name, source }: BaseModel): Promise<void> {
    const { projectId } = this.settings;
    for (let number = 1; number <= MOST_TRIES; number += 1) {
      const idempotencyKey = `base-model:${name}:${source}#${number}`;
      const standing = await this.jobs.findByKey(projectId, `import:${idempotencyKey}`);
      if (standing?.isFinal === true) continue;
      if (standing === null) await this.imports.execute({ projectId, name, source, idempotencyKey });
      return;
    }
  }
}
