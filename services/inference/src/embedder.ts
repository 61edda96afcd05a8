import type { Logger } from '@conch/telemetry';
import type { ModelServer, ServedModel } from './triton/model-server.js';

/** Keeps the embedding model served from the start: loads it, and loads it again whenever Triton lost it. */
export class Embedder {
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly server: ModelServer,
    private readonly model: ServedModel,
    private readonly logger: Logger,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    void this.round();
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Throws while the model does not answer; for health checks. */
  async check(): Promise<void> {
    if (!(await this.server.isReady(this.model.name))) throw new Error(`the embedding model ${this.model.name} is not loaded yet`);
  }

  private async round(): Promise<void> {
    try {
      if ((await this.server.isLive()) && !(await this.server.isReady(this.model.name))) {
        await this.server.load(this.model);
        this.logger.info({ model: this.model.name }, 'embedding model loaded');
      }
    } catch (error) {
      this.logger.warn({ err: error, model: this.model.name }, 'embedding model did not load; it is tried again');
    }
    if (!this.isStopped) this.timer = setTimeout(() => void this.round(), this.intervalMs);
  }
}
