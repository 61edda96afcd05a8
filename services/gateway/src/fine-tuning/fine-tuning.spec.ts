import { type Job, type JobEvent, JobKind, JobState } from '@conch/contracts/training';
import { Refusal } from '@conch/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type FakePeers, type TestGateway, startGateway } from '../gateway.fixture.js';

const at = new Date(1_700_000_000_000);

function aJob(fields: Partial<Job> = {}): Job {
  return {
    ...{ id: 'ftjob-1', kind: JobKind.JOB_KIND_FINE_TUNING, state: JobState.JOB_STATE_QUEUED, model: 'conch-tiny', trainingFile: 'file-1', validationFile: '' },
    ...{ suffix: 'magic', seed: 7, metadata: { team: 'a' }, fineTunedModel: '', trainedTokens: 0, resultFiles: [], error: undefined, createdAt: at },
    methodJson: '{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":3}}}',
    ...{
      startedAt: undefined,
      finishedAt: undefined,
      estimatedFinish: undefined,
      waitingReason: 'one other job runs',
      queuePosition: 1,
      phase: '',
      attempt: 0,
    },
    ...fields,
  };
}

function anEvent(sequence: number, fields: Partial<JobEvent> = {}): JobEvent {
  return {
    id: `ft-event-${sequence}`,
    jobId: 'ftjob-1',
    sequence,
    createdAt: at,
    level: 'info',
    message: `event ${sequence}`,
    type: 'message',
    dataJson: '',
    ...fields,
  };
}

const unavailable = new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'The training service is away.');
const jobs = {
  createJob: jest.fn<NonNullable<FakePeers['jobs']>['createJob'] & {}>(),
  listJobs: jest.fn<NonNullable<FakePeers['jobs']>['listJobs'] & {}>(),
};
let follow: (afterSequence: number, signal: AbortSignal) => AsyncIterable<JobEvent>;

describe('fine-tuning', () => {
  let gateway: TestGateway;
  let baseUrl: string;

  beforeAll(async () => {
    gateway = await startGateway({
      jobs: {
        createJob: jobs.createJob,
        getJob: async ({ id }) => {
          if (id !== 'ftjob-1') throw new Refusal('not_found', 'JOB_NOT_FOUND', `Could not find fine-tune: ${id}`, { param: 'fine_tuning_job_id' });
          return aJob({
            state: JobState.JOB_STATE_SUCCEEDED,
            fineTunedModel: 'ft:conch-tiny:one:magic:12345678',
            trainedTokens: 99,
            resultFiles: ['file-csv'],
            finishedAt: at,
          });
        },
        cancelJob: async () => aJob({ state: JobState.JOB_STATE_CANCELLED }),
      },
      jobStreams: {
        listJobs: jobs.listJobs,
        listJobEvents: async () => ({ events: [anEvent(2, { type: 'metrics', dataJson: '{"step":1,"loss":2.5}' }), anEvent(1)], hasMore: true }),
        listCheckpoints: async () => ({
          checkpoints: [
            { id: 'ftckpt_1', jobId: 'ftjob-1', step: 10, createdAt: at, model: 'ft:x:ckpt-step-10', metricsJson: '{"train_loss":0.5}', artifact: undefined },
          ],
          hasMore: false,
        }),
        followJobEvents: ({ afterSequence = 0 }, call) => follow(afterSequence, call.signal ?? new AbortController().signal),
      },
    });
    baseUrl = await gateway.listen();
  }, 60_000);
  afterAll(() => gateway.stop());
  beforeEach(() => {
    jobs.createJob.mockImplementation(async () => aJob());
    jobs.listJobs.mockImplementation(async () => ({ jobs: [aJob()], hasMore: false }));
  });

  const path = '/v1/fine_tuning/jobs';
  const wanted = { model: 'conch-tiny', training_file: 'file-1' };

  it('creates a job and shows it as OpenAI does', async () => {
    const method = { type: 'supervised', supervised: { hyperparameters: { n_epochs: 3 }, engine: { lora_rank: 8 } } };
    const answer = await gateway.request('POST', path, {
      payload: { ...wanted, suffix: 'magic', seed: 7, metadata: { team: 'a' }, method, integrations: [] },
      headers: { 'idempotency-key': 'once' },
    });
    expect(answer.statusCode).toBe(200);
    expect(jobs.createJob.mock.calls[0]?.[0]).toEqual({
      model: 'conch-tiny',
      trainingFile: 'file-1',
      validationFile: '',
      suffix: 'magic',
      seed: 7,
      metadata: { team: 'a' },
      methodJson: JSON.stringify(method),
      projectName: 'one',
      idempotencyKey: 'once',
    });
    expect(jobs.createJob.mock.calls[0]?.[1]).toMatchObject({ projectId: 'proj_one' });
    expect(answer.json()).toEqual({
      ...{
        id: 'ftjob-1',
        object: 'fine_tuning.job',
        created_at: 1_700_000_000,
        finished_at: null,
        started_at: null,
        estimated_finish: null,
        model: 'conch-tiny',
        fine_tuned_model: null,
      },
      ...{ organization_id: 'proj_one', result_files: [], status: 'queued', training_file: 'file-1', validation_file: null, hyperparameters: { n_epochs: 3 } },
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 3 } } },
      ...{ trained_tokens: null, error: null, seed: 7, user_provided_suffix: 'magic', integrations: [], metadata: { team: 'a' }, phase: null, attempt: 0 },
      ...{ queue_position: 1, waiting_reason: 'one other job runs' },
    });
  });

  it('takes hyperparameters at their older place', async () => {
    await gateway.request('POST', path, { payload: { ...wanted, hyperparameters: { n_epochs: 'auto' } } });
    expect(jobs.createJob.mock.calls[0]?.[0].methodJson).toBe('{"type":"supervised","supervised":{"hyperparameters":{"n_epochs":"auto"}}}');
  });

  it.each([
    [{ model: 'conch-tiny' }, 'training_file', 'missing_required_parameter'],
    [{ ...wanted, seed: -1 }, 'seed', 'invalid_value'],
    [{ ...wanted, suffix: 'x'.repeat(65) }, 'suffix', 'invalid_value'],
    [{ ...wanted, integrations: [{ type: 'wandb' }] }, 'integrations', 'unsupported_parameter'],
    [{ ...wanted, method: { type: 'supervised' }, hyperparameters: { n_epochs: 1 } }, 'hyperparameters', 'invalid_value'],
    [{ ...wanted, n_epochs: 3 }, 'n_epochs', 'unknown_parameter'],
  ])('refuses %j and names the field', async (payload, param, code) => {
    const answer = await gateway.request('POST', path, { payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ type: 'invalid_request_error', param, code });
    expect(jobs.createJob).not.toHaveBeenCalled();
  });

  it('answers a key that made another job with 422, which no client repeats', async () => {
    jobs.createJob.mockRejectedValue(new Refusal('conflict', 'IDEMPOTENCY_KEY_REUSED', 'it made another job'));
    expect((await gateway.request('POST', path, { payload: wanted })).statusCode).toBe(422);
  });

  it('lists jobs by their metadata', async () => {
    const answer = await gateway.request('GET', `${path}?metadata[team]=a&metadata[stage]=b&limit=5&after=ftjob-0`);
    expect(answer.json()).toMatchObject({ object: 'list', has_more: false, data: [{ id: 'ftjob-1' }] });
    expect(jobs.listJobs.mock.calls[0]?.[0]).toEqual({
      page: { limit: 5, after: 'ftjob-0', before: '', ascending: false },
      kind: JobKind.JOB_KIND_FINE_TUNING,
      metadata: { team: 'a', stage: 'b' },
    });
  });

  it.each(['limit=0x2', 'limit=1e1', 'limit=', 'limit=%201', 'metadata[__proto__]=a'])('refuses a list by %s', async (query) => {
    const answer = await gateway.request('GET', `${path}?${query}`);
    expect([answer.statusCode, answer.json().error.param]).toEqual([400, query.startsWith('limit') ? 'limit' : 'metadata.__proto__']);
  });

  it('shows what came of a job', async () => {
    expect((await gateway.request('GET', `${path}/ftjob-1`)).json()).toMatchObject({
      status: 'succeeded',
      fine_tuned_model: 'ft:conch-tiny:one:magic:12345678',
      trained_tokens: 99,
      result_files: ['file-csv'],
    });
    const missing = await gateway.request('GET', `${path}/ftjob-2`);
    expect(missing.statusCode).toBe(404);
    expect(missing.json().error).toMatchObject({ param: 'fine_tuning_job_id', code: 'job_not_found' });
  });

  it('cancels, and refuses to pause and to resume by name', async () => {
    expect((await gateway.request('POST', `${path}/ftjob-1/cancel`)).json().status).toBe('cancelled');
    const paused = await gateway.request('POST', `${path}/ftjob-1/pause`);
    expect(paused.statusCode).toBe(501);
    expect(paused.headers['x-should-retry']).toBe('false');
    expect(paused.json().error).toMatchObject({ code: 'unsupported_operation', message: expect.stringContaining('cannot be paused') });
    expect((await gateway.request('POST', `${path}/ftjob-1/resume`)).statusCode).toBe(501);
  });

  it('lists events and checkpoints', async () => {
    const events = (await gateway.request('GET', `${path}/ftjob-1/events`)).json();
    expect(events).toMatchObject({
      has_more: true,
      data: [{ object: 'fine_tuning.job.event', type: 'metrics', data: { step: 1, loss: 2.5 }, sequence: 2 }, { data: null }],
    });
    const checkpoints = (await gateway.request('GET', `${path}/ftjob-1/checkpoints`)).json();
    expect(checkpoints).toMatchObject({
      first_id: 'ftckpt_1',
      data: [{ fine_tuned_model_checkpoint: 'ft:x:ckpt-step-10', step_number: 10, metrics: { step: 10, train_loss: 0.5 } }],
    });
  });

  describe('followed as server-sent events', () => {
    const get = (headers: Record<string, string> = {}, query = '?stream=true') =>
      fetch(`${baseUrl}${path}/ftjob-1/events${query}`, { headers: { authorization: `Bearer ${gateway.keys.one}`, ...headers } });

    it('sends one event each, numbered, and ends with the job', async () => {
      follow = async function* () {
        yield anEvent(1);
        yield anEvent(2, { type: 'metrics', dataJson: '{"step":1}' });
      };
      const answer = await get({ accept: 'text/event-stream' }, '');
      expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
      const frames = (await answer.text()).trim().split('\n\n');
      expect(frames.map((frame) => frame.split('\n')[0])).toEqual(['id: 1', 'id: 2']);
      expect(JSON.parse(frames[1]?.split('data: ')[1] ?? '')).toMatchObject({ object: 'fine_tuning.job.event', data: { step: 1 }, sequence: 2 });
    });

    it('goes on after the last event that the client got', async () => {
      const asked: number[] = [];
      follow = async function* (after) {
        asked.push(after);
        yield anEvent(after + 1);
      };
      expect(await (await get({ 'last-event-id': '41' })).text()).toContain('id: 42\n');
      expect(await (await get({}, '?stream=true&starting_after=3')).text()).toContain('id: 4\n');
      expect(asked).toEqual([41, 3]);
      expect((await get({ 'last-event-id': 'x' })).status).toBe(400);
    });

    it('answers 204 when nothing is left to tell, so that a browser stops coming back', async () => {
      follow = async function* () {};
      expect((await get({ 'last-event-id': '9' })).status).toBe(204);
    });

    it('leaves no gap when the training service is restarted', async () => {
      const asked: number[] = [];
      follow = async function* (after) {
        asked.push(after);
        yield anEvent(after + 1);
        if (after < 2) throw unavailable;
      };
      const text = await (await get()).text();
      expect(text.match(/^id: \d+/gm)).toEqual(['id: 1', 'id: 2', 'id: 3']);
      expect(asked).toEqual([0, 1, 2]);
    });

    it('has the same patience with each outage, however quiet it was between them', async () => {
      const realNow = Date.now;
      let later = 0;
      const now = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + later);
      let calls = 0;
      follow = async function* (after) {
        calls += 1;
        if (calls === 2) later = 3_600_000;
        if (calls < 3) throw unavailable;
        yield anEvent(after + 1);
      };
      expect(await (await get()).text()).toContain('id: 1\n');
      now.mockRestore();
    });

    it('ends with an error when the training service stays away', async () => {
      const realNow = Date.now;
      let later = 0;
      const now = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + later);
      let calls = 0;
      follow = async function* () {
        calls += 1;
        later += 25_000;
        throw unavailable;
      };
      expect(await (await get()).text()).toContain('service_unavailable');
      expect(calls).toBe(4);
      now.mockRestore();
    });

    it('opens at once for a job that is silent, and ends the call when the client leaves', async () => {
      let wasEnded = false;
      follow = async function* (_after, signal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        wasEnded = true;
        throw new Refusal('cancelled', 'CANCELLED', 'gone');
      };
      const leaving = new AbortController();
      const answer = await fetch(`${baseUrl}${path}/ftjob-1/events?stream=true`, {
        headers: { authorization: `Bearer ${gateway.keys.one}` },
        signal: leaving.signal,
      });
      expect(answer.status).toBe(200);
      leaving.abort();
      for (const giveUpAt = Date.now() + 2_000; !wasEnded && Date.now() < giveUpAt; ) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(wasEnded).toBe(true);
    });

    it('answers with an error of its own when the job is not there', async () => {
      follow = async function* () {
        throw new Refusal('not_found', 'JOB_NOT_FOUND', 'Could not find fine-tune: ftjob-1');
      };
      expect((await get()).status).toBe(404);
    });
  });
});
