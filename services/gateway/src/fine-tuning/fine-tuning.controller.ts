import { JobKind } from '@conch/contracts/training';
import { Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, pageOf } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { idempotencyKeyOf } from '../idempotency/idempotent-requests.js';
import { Peers } from '../peers/peers.js';
import { FollowEvents } from './follow-events/follow-events.js';
import { followFrom } from './follow-events/follow-from.js';
import { cancelJob, createJob, listCheckpoints, listJobEvents, listJobs, pauseJob, resumeJob, retrieveJob } from './job-operations.js';
import { newJob } from './new-job.js';
import { checkpointView, jobEventView, jobView } from './job-views.js';
import { JobActionUnsupported } from './job.errors.js';

/** Fine-tuning jobs of the caller's project. */
@Controller()
export class FineTuningController {
  constructor(
    private readonly peers: Peers,
    private readonly following: FollowEvents,
  ) {}

  @Serve(createJob)
  async create(@Input(createJob) { body }: InputOf<typeof createJob>, @From() caller: Caller, @Req() request: FastifyRequest) {
    // The training service makes one job for one key, so nothing has to be remembered here.
    const job = await this.peers.jobs.createJob(
      { ...newJob(body), projectName: caller.projectName, idempotencyKey: idempotencyKeyOf(request.headers) ?? '' },
      caller,
    );
    return jobView(job, caller.projectId);
  }

  @Serve(listJobs)
  async list(@Input(listJobs) { query }: InputOf<typeof listJobs>, @From() caller: Caller) {
    // Over gRPC, because a page can be larger than a NATS message.
    const { jobs, hasMore } = await this.peers.jobStreams.listJobs(
      { page: pageOf(query), kind: JobKind.JOB_KIND_FINE_TUNING, metadata: query.metadata ?? {} },
      caller,
    );
    return listView(
      jobs.map((job) => jobView(job, caller.projectId)),
      hasMore,
    );
  }

  @Serve(retrieveJob)
  async retrieve(@Input(retrieveJob) { params }: InputOf<typeof retrieveJob>, @From() caller: Caller) {
    return jobView(await this.peers.jobs.getJob(params, caller), caller.projectId);
  }

  @Serve(cancelJob)
  async cancel(@Input(cancelJob) { params }: InputOf<typeof cancelJob>, @From() caller: Caller) {
    return jobView(await this.peers.jobs.cancelJob(params, caller), caller.projectId);
  }

  @Serve(pauseJob)
  pause(@Input(pauseJob) _: InputOf<typeof pauseJob>): never {
    throw new JobActionUnsupported('pause');
  }

  @Serve(resumeJob)
  resume(@Input(resumeJob) _: InputOf<typeof resumeJob>): never {
    throw new JobActionUnsupported('resume');
  }

  @Serve(listJobEvents)
  async events(
    @Input(listJobEvents) { params, query }: InputOf<typeof listJobEvents>,
    @From() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const from = followFrom(query, request.headers);
    if (from !== null) return this.following.execute(params.id, from, caller, reply);
    const { events, hasMore } = await this.peers.jobStreams.listJobEvents({ jobId: params.id, page: pageOf(query) }, caller);
    reply.send(listView(events.map(jobEventView), hasMore));
  }

  @Serve(listCheckpoints)
  async checkpoints(@Input(listCheckpoints) { params, query }: InputOf<typeof listCheckpoints>, @From() caller: Caller) {
    const { checkpoints, hasMore } = await this.peers.jobStreams.listCheckpoints({ jobId: params.id, page: pageOf(query) }, caller);
    return listView(checkpoints.map(checkpointView), hasMore);
  }
}
