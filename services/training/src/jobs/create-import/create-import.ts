import { Job, NEW_JOB } from '../job.entity.js';
import { IdempotencyConflict, JobRefused, type Problem } from '../job.errors.js';
import type { JobRepository } from '../job.repository.js';
import { told } from '../job-event.js';
import type { ModelSource } from '../model-source.js';

/** A base model that is to be brought in. */
export interface CreateImportCommand {
  readonly projectId: string;
  /** The public id that the model gets. */
  readonly name: string;
  /** `local:<folder>` or `hf:<repository>[@revision]`. */
  readonly source: string;
  /** Empty for none. */
  readonly idempotencyKey: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

/** Makes an import job of a name and a source that are checked. */
export class CreateImport {
  constructor(
    private readonly jobs: JobRepository,
    private readonly sources: ModelSource,
    /** Overrides the format that suits the model's size. */
    private readonly servingFormat: string | null,
    private readonly newId: (prefix: string) => string,
    private readonly now: () => Date,
  ) {}

  async execute({ projectId, name, source, idempotencyKey }: CreateImportCommand): Promise<Job> {
    const key = idempotencyKey === '' ? null : `import:${idempotencyKey}`;
    const standing = key === null ? null : await this.jobs.findByKey(projectId, key);
    if (standing !== null) return sameImport(standing, name, source);
    const sourceProblem = await this.sources.fault(source);
    const problems: Problem[] = [
      ...(NAME.test(name) && !name.startsWith('ft:')
        ? []
        : [{ param: 'name', message: 'must be letters, digits and . _ - /, at most 200 characters, beginning with a letter or digit' }]),
      ...(sourceProblem === null ? [] : [{ param: 'source', message: sourceProblem }]),
    ];
    if (problems.length > 0) throw new JobRefused(problems);
    const job = new Job({
      ...NEW_JOB,
      id: this.newId('ftjob-'),
      projectId,
      model: name,
      resultModel: name,
      plan: { kind: 'import', source, servingFormat: this.servingFormat ?? (await this.sources.suitingFormat(source)) },
      metadata: {},
      seed: 0,
      idempotencyKey: key,
      createdAt: this.now(),
    });
    return sameImport(await this.jobs.add(job, [told(`Created import job: ${job.id}`), told(`Checking the source of ${name}: ${source}`)]), name, source);
  }
}

function sameImport(standing: Job, name: string, source: string): Job {
  const { model, plan } = standing.facts;
  if (plan.kind !== 'import' || model !== name || plan.source !== source) throw new IdempotencyConflict(standing.id);
  return standing;
}
