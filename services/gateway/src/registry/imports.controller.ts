import { type Job, JobKind } from '@conch/contracts/training';
import { Controller, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { jobView } from '../fine-tuning/job-views.js';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, pageOf } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { idempotencyKeyOf } from '../idempotency/idempotent-requests.js';
import { Peers } from '../peers/peers.js';
import { type ImportView, createImport, listImports, retrieveImport } from './import-operations.js';

/** Imports of base models; the training service runs them like any other job. */
@Controller()
export class ImportsController {
  constructor(private readonly peers: Peers) {}

  @Serve(createImport)
  async create(@Input(createImport) { body }: InputOf<typeof createImport>, @From() caller: Caller, @Req() request: FastifyRequest) {
    return view(await this.peers.jobs.createImport({ ...body, idempotencyKey: idempotencyKeyOf(request.headers) ?? '' }, caller), caller);
  }

  @Serve(listImports)
  async list(@Input(listImports) { query }: InputOf<typeof listImports>, @From() caller: Caller) {
    const { jobs, hasMore } = await this.peers.jobs.listJobs({ page: pageOf(query), kind: JobKind.JOB_KIND_IMPORT }, caller);
    return listView(
      jobs.map((job) => view(job, caller)),
      hasMore,
    );
  }

  @Serve(retrieveImport)
  async retrieve(@Input(retrieveImport) { params }: InputOf<typeof retrieveImport>, @From() caller: Caller) {
    return view(await this.peers.jobs.getJob(params, caller), caller);
  }
}

function view(job: Job, caller: Caller): ImportView {
  const { id, model, status, phase, error, created_at, finished_at } = jobView(job, caller.projectId);
  return { id, object: 'registry.import', model, status, phase, error, created_at, finished_at };
}
