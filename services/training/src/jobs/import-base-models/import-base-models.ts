import type { CreateImport } from '../create-import/create-import.js';
import type { JobInputs } from '../job-inputs.js';
import type { JobRepository } from '../job.repository.js';

/** A model that every stack is to have. */
export interface BaseModel {
  readonly name: string;
  readonly source: string;
}

/** How often one source is tried, start after start, before its name must be changed by hand. */
const MOST_TRIES = 1_000;

/** Brings in the base models that the registry does not have, each by one import job at a time. */
export class ImportBaseModels {
  constructor(
    private readonly jobs: JobRepository,
    private readonly inputs: JobInputs,
    private readonly imports: CreateImport,
    private readonly projectId: string,
    private readonly models: readonly BaseModel[],
  ) {}

  /** Throws when the registry cannot be asked; then it is to be called again. */
  async execute(): Promise<void> {
    for (const model of this.models) {
      if (!(await this.inputs.isRegistered(this.projectId, model.name))) await this.import(model);
    }
  }

  /** An import that ended without a model left its key behind, so the next one takes the next key. */
  private async import({ name, source }: BaseModel): Promise<void> {
    for (let number = 1; number <= MOST_TRIES; number += 1) {
      const idempotencyKey = `base-model:${name}:${source}#${number}`;
      const standing = await this.jobs.findByKey(this.projectId, `import:${idempotencyKey}`);
      if (standing?.isFinal === true) continue;
      if (standing === null) await this.imports.execute({ projectId: this.projectId, name, source, idempotencyKey });
      return;
    }
  }
}
