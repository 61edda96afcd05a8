import { z } from 'zod';
import { operation } from '../http/operation.js';
import { Metadata, UnixSeconds, listOf, listQuery, refused, wholeNumber } from '../http/schemas.js';

const JOBS_PATH = '/v1/fine_tuning/jobs';
const TAG = 'Fine-tuning';

/** The states of a job, in OpenAI's words. */
export const JobStatus = z.enum(['validating_files', 'queued', 'running', 'succeeded', 'failed', 'cancelled']);

const Hyperparameters = z
  .record(z.string(), z.unknown())
  .meta({ description: "`batch_size`, `learning_rate_multiplier` and `n_epochs`, each a number or 'auto'." });
const Method = z.record(z.string(), z.unknown()).meta({
  description:
    "How to tune: `{type: 'supervised', supervised: {hyperparameters, engine}}`. `engine` turns every knob of the trainer (`finetuning_type`, `lora_rank`, `learning_rate`, `num_train_epochs`, `cutoff_len`, `max_grad_norm`, `max_samples`, `per_device_train_batch_size`, `gradient_accumulation_steps`, `lr_scheduler_type`, …); what is left out is chosen by data and model.",
});

const Job = z
  .object({
    id: z.string(),
    object: z.literal('fine_tuning.job'),
    created_at: UnixSeconds,
    finished_at: UnixSeconds.nullable(),
    started_at: UnixSeconds.nullable(),
    estimated_finish: UnixSeconds.nullable(),
    model: z.string(),
    fine_tuned_model: z.string().nullable(),
    organization_id: z.string().meta({ description: 'Your project.' }),
    result_files: z.array(z.string()),
    status: JobStatus,
    training_file: z.string(),
    validation_file: z.string().nullable(),
    hyperparameters: Hyperparameters,
    method: Method,
    trained_tokens: z.int().nullable(),
    error: z.object({ code: z.string(), message: z.string(), param: z.string().nullable() }).nullable(),
    seed: z.int(),
    user_provided_suffix: z.string().nullable(),
    integrations: z.array(z.never()),
    metadata: Metadata,
    phase: z.string().nullable().meta({ description: 'What the running attempt is at: train, merge, convert, register, parity.' }),
    attempt: z.int().meta({ description: 'Which attempt runs, or was the last; 0 before the first.' }),
    queue_position: z.int().nullable().meta({ description: 'Jobs ahead of a queued one.' }),
    waiting_reason: z.string().nullable().meta({ description: 'Why a queued job waits.' }),
  })
  .meta({ id: 'FineTuningJob' });

const JobEvent = z
  .object({
    id: z.string(),
    object: z.literal('fine_tuning.job.event'),
    created_at: UnixSeconds,
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
    type: z.enum(['message', 'metrics']),
    data: z.record(z.string(), z.unknown()).nullable().meta({ description: "The metrics of a step, or the message's facts." }),
    sequence: z.int().meta({ description: 'From 1, rising by one with each event of the job; the `id` of a server-sent event.' }),
  })
  .meta({ id: 'FineTuningJobEvent' });

const Checkpoint = z
  .object({
    id: z.string(),
    object: z.literal('fine_tuning.job.checkpoint'),
    created_at: UnixSeconds,
    fine_tuned_model_checkpoint: z.string(),
    fine_tuning_job_id: z.string(),
    step_number: z.int(),
    metrics: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'FineTuningJobCheckpoint' });

/** A job as the outside sees it. */
export type JobView = z.output<typeof Job>;
/** An event of a job as the outside sees it. */
export type JobEventView = z.output<typeof JobEvent>;
/** A checkpoint as the outside sees it. */
export type CheckpointView = z.output<typeof Checkpoint>;

const JobBody = z
  .strictObject({
    model: z.string().min(1).meta({ description: 'The base model: a public id, `name@alias` or `name@version`.' }),
    training_file: z.string().min(1).meta({ description: 'A file that was uploaded with the purpose fine-tune.' }),
    validation_file: z.string().nullish(),
    suffix: z.string().max(64).nullish().meta({ description: "Becomes part of the tuned model's name." }),
    seed: z
      .int()
      .min(0)
      .max(2_147_483_647)
      .nullish()
      .meta({ description: 'Chosen and kept when left out; the same seed, data and method give the same model.' }),
    metadata: Metadata.nullish(),
    method: Method.nullish(),
    hyperparameters: Hyperparameters.nullish().meta({ description: 'The older place of `method.supervised.hyperparameters`.' }),
    integrations: refused('integrations', 'follow the job by its events instead'),
  })
  .refine(({ method, hyperparameters }) => isEmpty(method) || isEmpty(hyperparameters), {
    path: ['hyperparameters'],
    message: 'it goes together with no `method`; move it into `method.supervised.hyperparameters`',
  });

function isEmpty(value: object | null | undefined): boolean {
  return value === null || value === undefined || Object.keys(value).length === 0;
}

/** What a new job is asked for. */
export type JobInput = z.output<typeof JobBody>;

const id = z.strictObject({ id: z.string().meta({ description: "The job's id." }) });

export const createJob = operation({
  ...{ id: 'createFineTuningJob', method: 'POST', path: JOBS_PATH, tag: TAG, summary: 'Tune a model on a file' },
  body: JobBody,
  idempotency: 'own',
  answer: { kind: 'json', schema: Job },
});

export const listJobs = operation({
  ...{ id: 'listFineTuningJobs', method: 'GET', path: JOBS_PATH, tag: TAG, summary: 'List your jobs, newest first' },
  query: z.strictObject({
    ...listQuery({ standard: 20, max: 100 }),
    metadata: z
      .record(z.string(), z.string(), 'give pairs, as metadata[key]=value')
      .optional()
      .meta({ description: 'Only jobs that carry all of these, as `metadata[key]=value`.' }),
  }),
  answer: { kind: 'json', schema: listOf(Job) },
});

export const retrieveJob = operation({
  ...{ id: 'retrieveFineTuningJob', method: 'GET', path: `${JOBS_PATH}/:id`, tag: TAG, summary: 'Look at one job' },
  params: id,
  answer: { kind: 'json', schema: Job },
});

export const cancelJob = operation({
  ...{ id: 'cancelFineTuningJob', method: 'POST', path: `${JOBS_PATH}/:id/cancel`, tag: TAG, summary: 'Cancel a job' },
  params: id,
  answer: { kind: 'json', schema: Job },
});

export const pauseJob = operation({
  ...{ id: 'pauseFineTuningJob', method: 'POST', path: `${JOBS_PATH}/:id/pause`, tag: TAG, summary: 'Not supported; refused by name' },
  params: id,
  answer: { kind: 'json', schema: Job },
});

export const resumeJob = operation({
  ...{ id: 'resumeFineTuningJob', method: 'POST', path: `${JOBS_PATH}/:id/resume`, tag: TAG, summary: 'Not supported; refused by name' },
  params: id,
  answer: { kind: 'json', schema: Job },
});

export const listJobEvents = operation({
  ...{ id: 'listFineTuningEvents', method: 'GET', path: `${JOBS_PATH}/:id/events`, tag: TAG },
  summary: "List a job's events, newest first; or follow them as server-sent events, oldest first, until the job ends",
  params: id,
  query: z.strictObject({
    ...listQuery({ standard: 20, max: 100 }),
    stream: z.enum(['true', 'false']).optional().meta({ description: 'Follow the events; so does the header `Accept: text/event-stream`.' }),
    starting_after: wholeNumber(0, 999_999_999_999_999)
      .optional()
      .meta({ description: 'Follow from after this sequence number; so does the header `Last-Event-ID`.' }),
  }),
  answer: { kind: 'json-or-events', schema: listOf(JobEvent), event: JobEvent },
});

export const listCheckpoints = operation({
  ...{ id: 'listFineTuningJobCheckpoints', method: 'GET', path: `${JOBS_PATH}/:id/checkpoints`, tag: TAG, summary: "List a job's checkpoints, newest first" },
  params: id,
  query: z.strictObject(listQuery({ standard: 10, max: 100 })),
  answer: { kind: 'json', schema: listOf(Checkpoint) },
});
