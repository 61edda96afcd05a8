import { randomInt } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderArtifactStore } from '@conch/artifacts';
import { DatasetsServiceDefinition, FilesServiceDefinition } from '@conch/contracts/datasets';
import { RegistryServiceDefinition } from '@conch/contracts/registry';
import { Outbox, OutboxRelay } from '@conch/events';
import type { Foundations } from '@conch/process';
import { createNatsClient } from '@conch/rpc';
import { newId, PUBLIC_PROJECT } from '@conch/storage';
import type { NatsConnection } from '@nats-io/transport-node';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { AttemptRepository } from './attempts/attempt.repository.js';
import { ExpireLeases } from './attempts/expire-leases/expire-leases.js';
import { FinishAttempt } from './attempts/finish-attempt/finish-attempt.js';
import { Heartbeat } from './attempts/heartbeat/heartbeat.js';
import { PostgresAttemptRepository } from './attempts/postgres-attempt.repository.js';
import { Report } from './attempts/report/report.js';
import { RunnerController } from './attempts/runner.controller.js';
import { StartAttempt } from './attempts/start-attempt/start-attempt.js';
import { CompleteJobs } from './completion/complete-jobs/complete-jobs.js';
import type { TrainingConfig } from './config.js';
import type { TrainingDatabase } from './database.js';
import { CancelJob } from './jobs/cancel-job/cancel-job.js';
import { CreateImport } from './jobs/create-import/create-import.js';
import { CreateJob } from './jobs/create-job/create-job.js';
import { FolderModelSource } from './jobs/folder-model-source.js';
import { FollowJobEvents } from './jobs/follow-job-events/follow-job-events.js';
import { ImportBaseModels } from './jobs/import-base-models/import-base-models.js';
import { JobHistoryRepository } from './jobs/job-history.repository.js';
import { JobRepository } from './jobs/job.repository.js';
import { JobsController } from './jobs/jobs.controller.js';
import { PostgresJobFeed } from './jobs/postgres-job-feed.js';
import { PostgresJobHistoryRepository } from './jobs/postgres-job-history.repository.js';
import { PostgresJobRepository } from './jobs/postgres-job.repository.js';
import { ValidateFiles } from './jobs/validate-files/validate-files.js';
import { ClearWorkFolders } from './launchers/clear-work-folders/clear-work-folders.js';
import { LocalProcessLauncher } from './launchers/local-process-launcher.js';
import { runnerProgram } from './launchers/runner-program.js';
import { WatchRunners } from './launchers/watch-runners/watch-runners.js';
import { RpcJobInputs } from './peers/rpc-job-inputs.js';
import { RpcResultShelf } from './peers/rpc-result-shelf.js';
import { ScheduleAttempts } from './scheduling/schedule-attempts/schedule-attempts.js';
import { TrainingLoops } from './training-loops.js';

const PEER_TIMEOUT_MS = 10_000;
const TIMES_MS = { firstRetryPause: 2_000, runnerStart: 60_000, runnerAppear: 10_000, runnerLeave: 15_000, runnerGrace: 2_000, killPause: 10_000 } as const;
const now = (): Date => new Date();

function peers(config: TrainingConfig, nats: NatsConnection) {
  const options = { nats, serviceToken: config.CONCH_SERVICE_TOKEN, defaultTimeoutMs: PEER_TIMEOUT_MS };
  const registry = createNatsClient(RegistryServiceDefinition, { ...options, service: 'registry' });
  const datasets = createNatsClient(DatasetsServiceDefinition, { ...options, service: 'datasets' });
  const files = createNatsClient(FilesServiceDefinition, { ...options, service: 'datasets' });
  return { inputs: new RpcJobInputs(registry, datasets), shelf: new RpcResultShelf(registry, files) };
}

function providers(config: TrainingConfig, { database, nats, logger, metrics }: Foundations<TrainingDatabase>): Provider[] {
  const policy = { maxAttempts: config.CONCH_MAX_ATTEMPTS, firstPauseMs: TIMES_MS.firstRetryPause };
  const leaseMs = config.CONCH_LEASE_SECONDS * 1_000;
  const servingFormat = config.CONCH_SERVING_FORMAT ?? null;
  const sources = new FolderModelSource(config.CONCH_BASE_MODEL_DIR);
  const { inputs, shelf } = peers(config, nats);
  return [
    { provide: JobRepository, useFactory: () => new PostgresJobRepository(database, new Outbox<TrainingDatabase>()) },
    { provide: JobHistoryRepository, useFactory: () => new PostgresJobHistoryRepository(database) },
    { provide: AttemptRepository, useFactory: () => new PostgresAttemptRepository(database) },
    { provide: PostgresJobFeed, useFactory: () => new PostgresJobFeed(database) },
    {
      provide: CreateImport,
      inject: [JobRepository],
      useFactory: (jobs: JobRepository) => new CreateImport(jobs, inputs, sources, { servingFormat, newId, now }),
    },
    {
      provide: JobsController,
      inject: [JobRepository, JobHistoryRepository, PostgresJobFeed, CreateImport],
      useFactory: (jobs: JobRepository, history: JobHistoryRepository, feed: PostgresJobFeed, imports: CreateImport) =>
        new JobsController(jobs, history, {
          create: new CreateJob(jobs, inputs, servingFormat, { newId, seed: () => randomInt(2_147_483_648), unique: eightCharacters, now }),
          cancel: new CancelJob(jobs, now),
          follow: new FollowJobEvents(jobs, history, feed),
          import: imports,
        }),
    },
    {
      provide: RunnerController,
      inject: [JobRepository, JobHistoryRepository],
      useFactory: (jobs: JobRepository, history: JobHistoryRepository) =>
        new RunnerController(
          {
            start: new StartAttempt(jobs, history, { leaseMs, isCheckpoint, now }),
            heartbeat: new Heartbeat(jobs, leaseMs, now),
            report: new Report(jobs, leaseMs, () => newId('ftckpt_'), now),
            finish: new FinishAttempt(jobs, policy, now),
          },
          { leaseSeconds: config.CONCH_LEASE_SECONDS, workDirOf: (attemptId) => join(config.CONCH_WORK_DIR, attemptId) },
        ),
    },
    {
      provide: TrainingLoops,
      inject: [JobRepository, AttemptRepository, CreateImport],
      useFactory: (jobs: JobRepository, attempts: AttemptRepository, imports: CreateImport) => {
        const wake = (): void => loops.wake();
        const launcher = new LocalProcessLauncher(runnerProgram(config, process.execPath), TIMES_MS.runnerGrace, wake);
        const watch = new WatchRunners(jobs, attempts, launcher, {
          policy,
          appearMs: TIMES_MS.runnerAppear,
          leaveMs: TIMES_MS.runnerLeave,
          now,
          retryMs: TIMES_MS.killPause,
          onFailure: (attemptId, thrown) => logger.error({ err: thrown, attemptId }, 'processes of an attempt could not be ended; it is tried again'),
          onEnded: wake,
        });
        const loops: TrainingLoops = new TrainingLoops(
          database,
          {
            expire: new ExpireLeases(jobs, attempts, { leaseMs, policy, now }),
            watch,
            validate: new ValidateFiles(jobs, new FolderArtifactStore(config.CONCH_ARTIFACT_DIR), sources, now, logger),
            schedule: new ScheduleAttempts(jobs, attempts, launcher, {
              places: config.CONCH_MAX_RUNNING_ATTEMPTS,
              startMs: TIMES_MS.runnerStart,
              policy,
              newAttemptId: () => newId('att_'),
              now,
              isQuiet: () => watch.isQuiet,
            }),
            complete: new CompleteJobs(jobs, shelf, now),
            clear: new ClearWorkFolders(attempts, launcher, config.CONCH_WORK_DIR),
            import: new ImportBaseModels(jobs, inputs, imports, { projectId: PUBLIC_PROJECT, models: config.CONCH_BASE_MODELS, logger }),
          },
          logger,
        );
        return loops;
      },
    },
    { provide: OutboxRelay, useFactory: () => new OutboxRelay({ database, nats, logger, metrics }) },
  ];
}

function eightCharacters(): string {
  return Array.from({ length: 8 }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[randomInt(36)]).join('');
}

/** A folder that its engine finished writing: this file is its last. */
async function isCheckpoint(path: string): Promise<boolean> {
  return stat(join(path, 'trainer_state.json')).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** The wiring diagram of the training service. */
@Module({})
export class AppModule {
  static with(config: TrainingConfig, connections: Foundations<TrainingDatabase>): DynamicModule {
    const parts = providers(config, connections);
    return { module: AppModule, providers: parts, exports: parts };
  }
}
