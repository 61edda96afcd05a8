import type {
  AttemptSpec,
  FinishAttemptRequest,
  FinishAttemptResponse,
  HeartbeatRequest,
  HeartbeatResponse,
  ReportRequest,
  ReportResponse,
  RunnerServiceDefinition,
  StartAttemptRequest,
} from '@conch/contracts/training';
import type { Handlers, PartialMessage } from '@conch/rpc';
import { type SpecSettings, endFrom, reportFrom, toSpec } from './attempt-messages.js';
import type { FinishAttempt } from './finish-attempt/finish-attempt.js';
import type { Heartbeat } from './heartbeat/heartbeat.js';
import type { Report } from './report/report.js';
import type { StartAttempt } from './start-attempt/start-attempt.js';

/** The use cases that the controller hands calls to. */
export interface RunnerUseCases {
  readonly start: StartAttempt;
  readonly heartbeat: Heartbeat;
  readonly report: Report;
  readonly finish: FinishAttempt;
}

/** What runners ask and tell. */
export class RunnerController implements Handlers<typeof RunnerServiceDefinition> {
  constructor(
    private readonly use: RunnerUseCases,
    private readonly settings: SpecSettings,
  ) {}

  async startAttempt({ attemptId, epoch }: StartAttemptRequest): Promise<PartialMessage<AttemptSpec>> {
    return toSpec(await this.use.start.execute(attemptId, epoch), this.settings);
  }

  async heartbeat({ attemptId, epoch }: HeartbeatRequest): Promise<PartialMessage<HeartbeatResponse>> {
    const { isCancelRequested } = await this.use.heartbeat.execute(attemptId, epoch);
    return { cancelRequested: isCancelRequested };
  }

  async report({ attemptId, epoch, reports }: ReportRequest): Promise<PartialMessage<ReportResponse>> {
    const now = new Date();
    return {
      stored: await this.use.report.execute(
        attemptId,
        epoch,
        reports.map((report) => reportFrom(report, now)),
      ),
    };
  }

  async finishAttempt(request: FinishAttemptRequest): Promise<PartialMessage<FinishAttemptResponse>> {
    await this.use.finish.execute(request.attemptId, request.epoch, endFrom(request));
    return {};
  }
}
