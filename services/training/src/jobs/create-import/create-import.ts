import { PUBLIC_PROJECT } from '@conch/storage';
import { Job, NEW_JOB } from '../job.entity.js';
import { IdempotencyConflict, JobRefused, type Problem } from '../job.errors.js';
import type { JobInputs } from '../job-inputs.js';
import type { JobRepository } from '../job.repository.js';
import { told } from '../job-event.js';
import { nameFault } from '../model-name.js';
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

/** What the use case is told of its surroundings. */
export interface ImportSettings {
  /** Overrides the format that suits the model's size. */
  readonly servingFormat: string | null;
  readonly newId: (prefix: string) => string;
  readonly now: () => Date;
}

/** Makes an import job of a name and a source that are checked. */
export class CreateImport {
  constructor(
    private readonly jobs: JobRepository,
    private readonly inputs: Pick<JobInputs, 'isRegistered'>,
    private readonly sources: ModelSource,
    private readonly settings: ImportSettings,
  ) {}

  async execute({ projectId, name, source, idempotencyKey }: CreateImportCommand): Promise<Job> {
    const key = idempotencyKey === '' ? null : `import:${idempotencyKey}`;
    const standing = key === null ? null : await this.jobs.findByKey(projectId, key);
    if (standing !== null) return sameImport(standing, name, source);
    const { servingFormat, newId, now } = this.settings;
    const nameProblem = nameFault(name) ?? (await this.publicFault(projectId, name));
    const sourceProblem = await this.sources.fault(source);
    const problems: Problem[] = [
      ...(nameProblem === null ? [] : [{ param: 'name', message: nameProblem }]),
      ...(sourceProblem === null ? [] : [{ param: 'source', message: sourceProblem }]),
    ];
    if (problems.length > 0) throw new JobRefused(problems);
    const job = new Job({
      ...NEW_JOB,
      id: newId('ftjob-'),
      projectId,
      model: name,
      resultModel: name,
      plan: { kind: 'import', source, servingFormat: servingFormat ?? (await this.sources.suitingFormat(source)) },
      metadata: {},
      seed: 0,
      idempotencyKey: key,
      createdAt: now(),
    });
    return sameImport(await this.jobs.add(job, [told(`Created import job: ${job.id}`), told(`Checking the source of ${name}: ${source}`)]), name, source);
  }

  /** The registry would refuse it as well, but only after everything was fetched and converted. */
  private async publicFault(projectId: string, name: string): Promise<string | null> {
    if (projectId === PUBLIC_PROJECT || !(await this.inputs.isRegistered(PUBLIC_PROJECT, name))) return null;
    return 'is the name of a model that belongs to every project; choose another one';
  }
}

function sameImport(standing: Job, name: string, source: string): Job {
  const { model, plan } = standing.facts;
  if (plan.kind !== 'import' || model !== name || plan.source !== source) throw new IdempotencyConflict(standing.id);
  return standing;
}
