import { type AttemptReport, AttemptSpec, type FinishAttemptRequest, RunnerServiceDefinition } from '@conch/contracts/training';
import { Refusal } from '@conch/errors';
import { type GrpcClient, RpcServer, createGrpcClient } from '@conch/rpc';
import { createLogger, createMetrics } from '@conch/telemetry';
import { TrainingLink } from './training-link.js';

export const TOKEN = 'a-service-token-of-tests';
export const SILENT = createLogger({ service: 'runner', level: 'silent' });

type Body = NonNullable<AttemptReport['body']>;
type BodyOf<K extends Body['$case']> = Extract<Body, { $case: K }>['value'];

/** A training service that remembers what it was told, and can be made to answer otherwise. */
export class FakeTraining {
  readonly reports: AttemptReport[] = [];
  readonly finished: FinishAttemptRequest[] = [];
  heartbeats = 0;
  isCancelRequested = false;
  /** Thrown instead of the next answers, one each. */
  readonly refusals: Refusal[] = [];
  /** Stored, but the answer is lost on its way. */
  readonly lostAnswers: ('report' | 'finish')[] = [];
  port = 0;
  private server: RpcServer | null = null;

  constructor(
    private readonly spec: Partial<AttemptSpec> = {},
    private readonly epoch = 1,
  ) {}

  async start(port = 0): Promise<this> {
    this.server = new RpcServer({ service: 'training', nats: null, grpcPort: port, serviceToken: TOKEN, logger: SILENT, metrics: createMetrics('training') });
    this.server.add(RunnerServiceDefinition, {
      startAttempt: async ({ epoch }) => this.answer(epoch, () => AttemptSpec.fromPartial({ leaseSeconds: 30, epoch: this.epoch, ...this.spec })),
      heartbeat: async ({ epoch }) =>
        this.answer(epoch, () => {
          this.heartbeats += 1;
          return { cancelRequested: this.isCancelRequested };
        }),
      report: async ({ epoch, reports }) => this.answer(epoch, () => this.store(reports), 'report'),
      finishAttempt: async (request) =>
        this.answer(
          request.epoch,
          () => {
            this.finished.push(request);
            return {};
          },
          'finish',
        ),
    });
    this.port = await this.server.start();
    return this;
  }

  async stop(): Promise<void> {
    await this.server?.stop(0);
    this.server = null;
  }

  client(): GrpcClient<RunnerServiceDefinition> {
    return createGrpcClient(RunnerServiceDefinition, { address: `127.0.0.1:${this.port}`, serviceToken: TOKEN });
  }

  link(patienceMs = 20_000, internalTries = 8): TrainingLink {
    return new TrainingLink({ client: this.client(), attemptId: 'att_1', epoch: 1, patienceMs, internalTries, logger: SILENT });
  }

  /** What was reported of one kind, in order. */
  told<K extends Body['$case']>(kind: K): BodyOf<K>[] {
    return this.reports.flatMap(({ body }) => (body?.$case === kind ? [body.value as BodyOf<K>] : []));
  }

  private store(reports: readonly AttemptReport[]): { stored: number } {
    for (const report of reports) {
      const expected = this.reports.length + 1;
      if (report.number < expected) continue;
      if (report.number !== expected) throw new Refusal('precondition', 'REPORT_OUT_OF_ORDER', `got ${report.number}, expected ${expected}`);
      this.reports.push(report);
    }
    return { stored: this.reports.length };
  }

  private answer<T>(epoch: number, make: () => T, name?: 'report' | 'finish'): T {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    if (epoch !== this.epoch) throw leaseLost();
    const answer = make();
    if (name !== undefined && this.lostAnswers[0] === name) {
      this.lostAnswers.shift();
      throw new Refusal('unavailable', 'SERVICE_STOPPING', 'The answer is lost.');
    }
    return answer;
  }
}

/** What training says to a runner whose lease is over. */
export function leaseLost(): Refusal {
  return new Refusal('precondition', 'LEASE_LOST', 'The lease is over; stop at once and report nothing more.');
}

/** Waits until a claim holds. */
export async function until(claim: () => boolean, withinMs = 20_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!claim()) {
    if (Date.now() > giveUpAt) throw new Error(`It did not come true within ${withinMs} ms: ${claim.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
