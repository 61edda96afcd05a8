import { createHash } from 'node:crypto';
import type { Recipe, RecipeInputs } from '../../recipes/recipe.js';
import { readMethod } from '../../recipes/read-method.js';
import { type FineTuningPlan, Job, NEW_JOB } from '../job.entity.js';
import { IdempotencyConflict, JobRefused, type Problem } from '../job.errors.js';
import type { JobInputs } from '../job-inputs.js';
import type { JobRepository } from '../job.repository.js';
import { told } from '../job-event.js';
import { resultModelOf } from '../result-model.js';
import { requestProblems } from './request-problems.js';

/** What a caller wants tuned. */
export interface CreateJobCommand {
  readonly projectId: string;
  /** As it stands in the tuned model's id. */
  readonly projectName: string;
  readonly model: string;
  readonly trainingFile: string;
  /** Empty for none. */
  readonly validationFile: string;
  readonly suffix: string;
  /** Null to have one chosen. */
  readonly seed: number | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly methodJson: string;
  /** Empty for none. */
  readonly idempotencyKey: string;
}

/** Where ids, numbers and times come from. */
export interface Chance {
  readonly newId: (prefix: string) => string;
  readonly seed: () => number;
  /** Eight lower-case letters and digits. */
  readonly unique: () => string;
  readonly now: () => Date;
}

/** Makes a fine-tuning job of a request that is checked as a whole: base model, data, and everything in `method`. */
export class CreateJob {
  constructor(
    private readonly jobs: JobRepository,
    private readonly inputs: JobInputs,
    /** Overrides the base model's own weight format. */
    private readonly servingFormat: string | null,
    private readonly chance: Chance,
  ) {}

  async execute(command: CreateJobCommand): Promise<Job> {
    const key = command.idempotencyKey === '' ? null : `job:${command.idempotencyKey}`;
    const standing = key === null ? null : await this.jobs.findByKey(command.projectId, key);
    if (standing !== null) return sameJob(standing, command);
    const recipe = checked(command);
    const plan = await this.plan(command, recipe);
    const now = this.chance.now();
    const { projectId, projectName, model, suffix, metadata } = command;
    const job = new Job({
      ...NEW_JOB,
      id: this.chance.newId('ftjob-'),
      projectId,
      model,
      resultModel: resultModelOf({ base: plan.base.name, project: projectName === '' ? projectId : projectName, suffix, unique: this.chance.unique() }),
      plan,
      metadata,
      seed: command.seed ?? this.chance.seed(),
      idempotencyKey: key,
      createdAt: now,
    });
    const validation = plan.validation === null ? '' : ` and validation file: ${plan.validation.named}`;
    return sameJob(
      await this.jobs.add(job, [told(`Created fine-tuning job: ${job.id}`), told(`Validating training file: ${plan.training.named}${validation}`)]),
      command,
    );
  }

  private async plan(command: CreateJobCommand, recipe: Recipe): Promise<FineTuningPlan> {
    const { projectId, suffix } = command;
    const base = await this.inputs.base(projectId, command.model);
    const training = await this.inputs.dataset(projectId, command.trainingFile, 'training_file');
    const validation = command.validationFile === '' ? null : await this.inputs.dataset(projectId, command.validationFile, 'validation_file');
    const known: RecipeInputs = {
      rows: training.rows,
      weightsBytes: base.weights.sizeBytes,
      lastAnswerOnly: training.lastAnswerOnly || validation?.lastAnswerOnly === true,
    };
    const conflicts = recipe.conflicts(known);
    if (conflicts.length > 0) throw new JobRefused(conflicts);
    const { method, arguments: sent } = recipe.resolve(known);
    const { versionId, name, weights } = base;
    const servingFormat = this.servingFormat ?? (base.weightFormat === '' ? 'fp32' : base.weightFormat);
    return {
      kind: 'fine-tuning',
      suffix,
      base: { versionId, name, weights },
      training,
      validation,
      method,
      arguments: sent,
      servingFormat,
      requestDigest: digestOf(command),
    };
  }
}

/** The recipe of a request in which nothing is wrong; every problem is told at once. */
function checked(command: CreateJobCommand): Recipe {
  const problems: Problem[] = requestProblems(command);
  const result = readMethod(command.methodJson);
  if ('problems' in result) throw new JobRefused([...problems, ...result.problems]);
  if (problems.length > 0) throw new JobRefused(problems);
  return result.recipe;
}

/** A key stands for one request; the same key with another one is a mistake of the caller. */
function sameJob(standing: Job, command: CreateJobCommand): Job {
  const { plan } = standing.facts;
  if (plan.kind !== 'fine-tuning' || plan.requestDigest !== digestOf(command)) throw new IdempotencyConflict(standing.id);
  return standing;
}

/** Everything that the caller said, whatever order its metadata came in. */
function digestOf({ model, trainingFile, validationFile, suffix, seed, metadata, methodJson }: CreateJobCommand): string {
  const pairs = Object.entries(metadata).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([model, trainingFile, validationFile, suffix, seed, pairs, methodJson]))
    .digest('hex');
}
