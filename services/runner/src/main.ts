import { FolderArtifactStore } from '@conch/artifacts';
import { RunnerServiceDefinition } from '@conch/contracts/training';
import { closeGrpcChannels, createGrpcClient } from '@conch/rpc';
import { createLogger } from '@conch/telemetry';
import { attendAttempt } from './attempt/attend-attempt.js';
import { engineEnvironment, readRunnerConfig } from './config.js';
import { Stop } from './training/stop.js';
import { TrainingLink } from './training/training-link.js';

const config = readRunnerConfig(process.env);
const logger = createLogger({ service: 'runner', level: config.CONCH_LOG_LEVEL }).child({ attempt: config.CONCH_ATTEMPT_ID });
const client = createGrpcClient(RunnerServiceDefinition, { address: config.CONCH_TRAINING_GRPC, serviceToken: config.CONCH_SERVICE_TOKEN });
const stop = new Stop();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.now('terminated'));

try {
  process.exitCode = await attendAttempt({
    link: new TrainingLink({
      client,
      attemptId: config.CONCH_ATTEMPT_ID,
      epoch: config.CONCH_ATTEMPT_EPOCH,
      patienceMs: config.CONCH_RUNNER_PATIENCE_MS,
      logger,
    }),
    stop,
    store: new FolderArtifactStore(config.CONCH_ARTIFACT_DIR),
    engine: {
      envDir: config.CONCH_ENV_DIR,
      repoDir: config.CONCH_REPO_DIR,
      attemptId: config.CONCH_ATTEMPT_ID,
      environment: engineEnvironment(process.env),
      stopGraceMs: config.CONCH_RUNNER_STOP_GRACE_MS,
    },
    baseModelDir: config.CONCH_BASE_MODEL_DIR,
    parityTokens: config.CONCH_PARITY_TOKENS,
    patienceMs: config.CONCH_RUNNER_PATIENCE_MS,
    logger,
  });
} catch (error) {
  logger.fatal({ err: error }, 'the runner failed');
  process.exitCode = 1;
} finally {
  closeGrpcChannels();
}
