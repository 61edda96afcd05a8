import type { ArtifactStore } from '@conch/artifacts';
import { asDomainError } from '@conch/errors';
import type { Logger } from '@conch/telemetry';
import { isFinal } from '../../final-refusal.js';
import type { FineTuningPlan, Job, JobFault } from '../job.entity.js';
import type { JobRepository } from '../job.repository.js';
import { failed, told } from '../job-event.js';
import type { ModelSource } from '../model-source.js';

/** Looks whether everything that a new job needs is really there, whole, before it is queued. */
export class ValidateFiles {
  constructor(
    private readonly jobs: JobRepository,
    private readonly artifacts: ArtifactStore,
    private readonly sources: ModelSource,
    private readonly now: () => Date,
    private readonly logger: Pick<Logger, 'warn'>,
  ) {}

  /** One round over the jobs that were not looked at yet. */
  async execute(): Promise<void> {
    for (const job of await this.jobs.listOpen()) {
      if (job.state !== 'validating_files') continue;
      try {
        await this.validate(job);
      } catch (thrown) {
        // It says nothing about the jobs behind it.
        this.logger.warn({ err: thrown, jobId: job.id }, 'the files of a job could not be looked at; it is tried again');
      }
    }
  }

  private async validate(candidate: Job): Promise<void> {
    const fault = await this.faultOf(candidate).catch(damageIn);
    await this.jobs.change(candidate.id, ({ job }) => {
      if (job.state !== 'validating_files') return {};
      const at = this.now();
      if (fault !== null) return { job: job.fail(fault, at), events: [failed(`The job failed (${fault.code}): ${fault.message}`, { code: fault.code })] };
      const what = job.facts.plan.kind === 'import' ? 'Source checked' : 'Files validated';
      return { job: job.to('queued', at), events: [told(`${what}, moving job to queued state`)] };
    });
  }

  private async faultOf({ facts }: Job): Promise<JobFault | null> {
    if (facts.plan.kind === 'fine-tuning') return this.missingFrom(facts.plan);
    const why = await this.sources.fault(facts.plan.source);
    return why === null ? null : { code: 'SOURCE_NOT_FOUND', message: `The source ${facts.plan.source} ${why}.`, param: 'source' };
  }

  private async missingFrom({ base, training, validation }: FineTuningPlan): Promise<JobFault | null> {
    if (!(await this.isWhole(base.weights.digest)))
      return { code: 'MODEL_WEIGHTS_MISSING', message: `The weights of ${base.name} are not in the artifact store any more.`, param: 'model' };
    if (!(await this.isWhole(training.folder.digest))) return gone('training_file', training.named);
    if (validation !== null && !(await this.isWhole(validation.folder.digest))) return gone('validation_file', validation.named);
    return null;
  }

  private async isWhole(digest: FineTuningPlan['base']['weights']['digest']): Promise<boolean> {
    if (!(await this.artifacts.has(digest))) return false;
    const { files } = await this.artifacts.readManifest(digest);
    const present = await Promise.all(files.map((file) => this.artifacts.has(file.digest)));
    return present.every(Boolean);
  }
}

/** What stored bytes that were damaged mean for the job; what may pass is thrown on. */
function damageIn(thrown: unknown): JobFault {
  const { kind, code, message } = asDomainError(thrown);
  // Damage is no fault of the caller, but no repetition mends it either.
  if (!isFinal(kind) && code !== 'ARTIFACT_CORRUPT') throw thrown;
  return { code, message: `What the job needs cannot be read: ${message}.` };
}

function gone(param: string, named: string): JobFault {
  return { code: 'TRAINING_FILE_MISSING', message: `The data of ${named} is not in the artifact store any more; upload it again.`, param };
}
