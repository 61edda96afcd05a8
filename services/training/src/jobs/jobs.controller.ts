import type {
  CancelJobRequest,
  Checkpoint as CheckpointMessage,
  CreateImportRequest,
  CreateJobRequest,
  FollowJobEventsRequest,
  GetJobRequest,
  Job as JobMessage,
  JobEvent as EventMessage,
  JobsServiceDefinition,
  ListCheckpointsRequest,
  ListJobEventsRequest,
  ListJobsRequest,
} from '@conch/contracts/training';
import { type CallContext, type Handlers, type PartialMessage, SYSTEM_PROJECT } from '@conch/rpc';
import { PUBLIC_PROJECT } from '@conch/storage';
import { pageOf } from '../page.js';
import { waitingOf } from '../scheduling/waiting.js';
import type { CancelJob } from './cancel-job/cancel-job.js';
import type { CreateImport } from './create-import/create-import.js';
import type { CreateJob } from './create-job/create-job.js';
import type { FollowJobEvents } from './follow-job-events/follow-job-events.js';
import type { Job } from './job.entity.js';
import { JobNotFound } from './job.errors.js';
import type { JobHistoryRepository } from './job-history.repository.js';
import { kindFrom, toCheckpointMessage, toCreateCommand, toEventMessage, toJobMessage } from './job-messages.js';
import type { JobRepository } from './job.repository.js';

/** The use cases that the controller hands calls to. */
export interface JobUseCases {
  readonly create: CreateJob;
  readonly cancel: CancelJob;
  readonly follow: FollowJobEvents;
  readonly import: CreateImport;
}

/** Jobs on both doors; following one on gRPC only. */
export class JobsController implements Handlers<typeof JobsServiceDefinition> {
  constructor(
    private readonly jobs: JobRepository,
    private readonly history: JobHistoryRepository,
    private readonly use: JobUseCases,
  ) {}

  async createJob(request: CreateJobRequest, call: CallContext): Promise<PartialMessage<JobMessage>> {
    return this.shown(await this.use.create.execute(toCreateCommand(call.projectId, request)));
  }

  async getJob(request: GetJobRequest, call: CallContext): Promise<PartialMessage<JobMessage>> {
    return this.shown(await this.found(call.projectId, request.id));
  }

  async listJobs(request: ListJobsRequest, call: CallContext): Promise<{ jobs: PartialMessage<JobMessage>[]; hasMore: boolean }> {
    const query = { ...pageOf(request.page), kind: kindFrom(request.kind), metadata: request.metadata };
    const { jobs, hasMore } = await this.jobs.list(call.projectId, query);
    const open = jobs.some(({ state }) => state === 'queued') ? await this.jobs.listOpen() : [];
    return { jobs: jobs.map((job) => toJobMessage(job, waitingOf(job, open))), hasMore };
  }

  async cancelJob(request: CancelJobRequest, call: CallContext): Promise<PartialMessage<JobMessage>> {
    return this.shown(await this.use.cancel.execute(call.projectId, request.id));
  }

  async listJobEvents(request: ListJobEventsRequest, call: CallContext): Promise<{ events: PartialMessage<EventMessage>[]; hasMore: boolean }> {
    await this.found(call.projectId, request.jobId);
    const { events, hasMore } = await this.history.listEvents(call.projectId, request.jobId, pageOf(request.page));
    return { events: events.map(toEventMessage), hasMore };
  }

  async *followJobEvents(request: FollowJobEventsRequest, call: CallContext): AsyncIterable<PartialMessage<EventMessage>> {
    const command = { projectId: call.projectId, jobId: request.jobId, afterSequence: request.afterSequence, signal: call.signal };
    for await (const event of this.use.follow.execute(command)) yield toEventMessage(event);
  }

  async listCheckpoints(request: ListCheckpointsRequest, call: CallContext): Promise<{ checkpoints: PartialMessage<CheckpointMessage>[]; hasMore: boolean }> {
    const job = await this.found(call.projectId, request.jobId);
    const { checkpoints, hasMore } = await this.history.listCheckpoints(call.projectId, request.jobId, pageOf(request.page));
    return { checkpoints: checkpoints.map((one) => toCheckpointMessage(one, job.facts.resultModel)), hasMore };
  }

  async createImport(request: CreateImportRequest, call: CallContext): Promise<PartialMessage<JobMessage>> {
    const projectId = call.projectId === SYSTEM_PROJECT ? PUBLIC_PROJECT : call.projectId;
    return this.shown(await this.use.import.execute({ projectId, ...request }));
  }

  private async found(projectId: string, id: string): Promise<Job> {
    const job = await this.jobs.find(projectId, id);
    if (job === null) throw new JobNotFound(id);
    return job;
  }

  private async shown(job: Job): Promise<PartialMessage<JobMessage>> {
    return toJobMessage(job, waitingOf(job, job.state === 'queued' ? await this.jobs.listOpen() : []));
  }
}
