import type { Database } from '@conch/storage';
import type { Outbox } from '@conch/events';
import type { Logger, Metrics } from '@conch/telemetry';
import type { InferenceDatabase } from '../database.js';
import type { GenerationPiece } from '../triton/model-server.js';

/** One generation being counted. */
export interface MeteredGeneration {
  count(piece: GenerationPiece): void;
  /** Ends the count and announces the usage; never throws, since the answer has been given. */
  close(isCancelled: boolean): Promise<void>;
}

const FIRST_TOKEN_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Counts tokens and times generations: Prometheus metrics, and one usage event a request for quotas. */
export class GenerationMeter {
  private readonly firstToken;
  private readonly tokens;
  private readonly running;
  private readonly finished;

  constructor(
    metrics: Metrics,
    private readonly database: Database<InferenceDatabase>,
    private readonly outbox: Outbox<InferenceDatabase>,
    private readonly logger: Logger,
  ) {
    this.firstToken = metrics.histogram('conch_time_to_first_token_seconds', 'Seconds from a request to its first text.', ['model'], FIRST_TOKEN_BUCKETS);
    this.tokens = metrics.counter('conch_tokens_total', 'Tokens in and out.', ['model', 'direction']);
    this.running = metrics.gauge('conch_generations_running', 'Generations under way.', ['model']);
    this.finished = metrics.counter('conch_generations_total', 'Generations ended, by finish reason.', ['model', 'reason']);
  }

  open(projectId: string, requestId: string, model: string): MeteredGeneration {
    const startedAt = performance.now();
    let isFirst = true;
    let last: GenerationPiece | null = null;
    this.running.inc({ model });
    return {
      count: (piece) => {
        if (isFirst && piece.text !== '') {
          isFirst = false;
          this.firstToken.observe({ model }, (performance.now() - startedAt) / 1_000);
        }
        last = piece;
      },
      close: async (isCancelled) => {
        this.running.dec({ model });
        this.finished.inc({ model, reason: isCancelled ? 'cancelled' : (last?.finishReason ?? 'error') });
        const promptTokens = last?.promptTokens ?? 0;
        const completionTokens = last?.completionTokens ?? 0;
        if (promptTokens + completionTokens === 0) return;
        this.tokens.inc({ model, direction: 'in' }, promptTokens);
        this.tokens.inc({ model, direction: 'out' }, completionTokens);
        const usage = { requestId, model, operation: 'generate', promptTokens, completionTokens, cancelled: isCancelled };
        await this.announce(projectId, usage);
      },
    };
  }

  /** Announces usage that was counted elsewhere, such as an embedding's. */
  async announce(
    projectId: string,
    usage: { requestId: string; model: string; operation: string; promptTokens: number; completionTokens: number; cancelled: boolean },
  ): Promise<void> {
    try {
      await this.database.inProject(projectId, (tx) => this.outbox.add(tx, 'conch.events.inference.usage.recorded', usage, { projectId }));
    } catch (error) {
      // The answer is out already; the loss of one usage row is logged with everything needed to book it by hand.
      this.logger.error({ err: error, projectId, usage }, 'usage could not be recorded');
    }
  }
}
