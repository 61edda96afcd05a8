import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '@conch/artifacts';
import type { Logger } from '@conch/telemetry';
import type { ModelCatalog } from '../../models/model-catalog.js';
import type { ModelServer } from '../../triton/model-server.js';
import { ModelServerLost } from '../../triton/triton.errors.js';
import type { Deployment } from '../deployment.entity.js';
import type { DeploymentRepository } from '../deployment.repository.js';

/** How long a stop waits for loads under way; what they leave undone the next start takes up. */
const STOP_GRACE_MS = 10_000;

/**
 * Brings the model server to what the database says should be served, again and again: loads what is missing, notices what died
 * (a model whose Python process is gone, a Triton that was started anew and knows nothing) and loads it once more.
 *
 * A round only looks and starts; loads and unloads take minutes and go on by themselves, one at a time for each deployment, so that
 * none keeps another waiting.
 */
export class ReconcileDeployments {
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> | null = null;
  private isAgain = false;
  private isStopped = false;
  private readonly inFlight = new Map<string, Promise<void>>();
  private readonly ready = new Set<string>();
  private readonly waiters = new Set<() => void>();

  constructor(
    private readonly deployments: DeploymentRepository,
    private readonly server: ModelServer,
    private readonly catalog: ModelCatalog,
    private readonly logger: Logger,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    this.wake();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.round;
    const patience = new AbortController();
    await Promise.race([Promise.all(this.inFlight.values()), delay(STOP_GRACE_MS, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
  }

  /** Runs a round now, or right after the one under way. */
  wake(): void {
    if (this.isStopped) return;
    if (this.round !== null) {
      this.isAgain = true;
      return;
    }
    if (this.timer !== null) clearTimeout(this.timer);
    this.round = this.execute()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'reconciling deployments failed; it is tried again'))
      .then(() => {
        this.round = null;
        this.tell();
        if (this.isStopped) return;
        const isAgain = this.isAgain;
        this.isAgain = false;
        this.timer = setTimeout(() => this.wake(), isAgain ? 0 : this.intervalMs);
      });
  }

  /** Whether the served name was found ready in the last look; the hot path asks nobody else. */
  isReady(servedName: string): boolean {
    return this.ready.has(servedName);
  }

  /** A request found the model gone: do not send another there before a round has looked. */
  suspect(servedName: string): void {
    this.ready.delete(servedName);
    this.wake();
  }

  /** Resolves when the next round, load or unload has ended; only then may anything be different. */
  nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        this.waiters.delete(done);
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.waiters.delete(done);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiters.add(done);
    });
  }

  /** One round over all deployments but those that are being worked on. */
  async execute(): Promise<void> {
    if (!(await this.server.isLive())) {
      this.ready.clear();
      return;
    }
    // Read before the list: what ends in between is listed as it was, and the next round sees it as it is.
    const busy = new Set(this.inFlight.keys());
    const free = (await this.deployments.listAll()).filter(({ id }) => !busy.has(id));
    await Promise.all(free.map((deployment) => this.look(deployment).catch((error: unknown) => this.warn(deployment, error))));
  }

  private async look(deployment: Deployment): Promise<void> {
    if (deployment.state === 'draining') {
      this.begin(deployment, () => this.drain(deployment));
      return;
    }
    if (await this.server.isReady(deployment.servedName)) {
      if (deployment.state !== 'ready' && !(await this.becomeReady(deployment))) return;
      this.ready.add(deployment.servedName);
      return;
    }
    this.ready.delete(deployment.servedName);
    if (deployment.state === 'failed' && deployment.retryAt() > new Date()) return;
    this.begin(deployment, () => this.load(deployment));
  }

  private begin(deployment: Deployment, work: () => Promise<boolean>): void {
    if (this.isStopped) return;
    const running = work()
      .catch((error: unknown) => this.warn(deployment, error))
      .then((isDone) => {
        this.inFlight.delete(deployment.id);
        // What was changed beneath the work is done next as it stands now.
        if (isDone === false) this.wake();
        this.tell();
      });
    this.inFlight.set(deployment.id, running);
  }

  private tell(): void {
    for (const waiter of this.waiters) waiter();
  }

  private warn(deployment: Deployment, error: unknown): void {
    this.logger.warn({ err: error, model: deployment.facts.model, deployment: deployment.id }, 'reconciling a deployment failed; it is tried again');
  }

  private async drain(deployment: Deployment): Promise<boolean> {
    this.ready.delete(deployment.servedName);
    await this.server.unload(deployment.servedName);
    await this.deployments.remove(deployment.id);
    return true;
  }

  private async becomeReady(deployment: Deployment): Promise<boolean> {
    const loading = deployment.state === 'loading' ? deployment : this.restart(deployment).to('loading', new Date());
    return this.deployments.save(loading.to('ready', new Date()), deployment.state);
  }

  private restart(deployment: Deployment): Deployment {
    return deployment.state === 'pending' ? deployment : deployment.to('pending', new Date(), 'The model server lost it; it is being loaded again.');
  }

  /** False when someone else moved the deployment on, most likely to take it out of service. */
  private async load(deployment: Deployment): Promise<boolean> {
    const loading = this.restart(deployment).to('loading', new Date());
    if (!(await this.deployments.save(loading, deployment.state))) return false;
    const startedAt = performance.now();
    try {
      const folder = await this.catalog.folder(loading.facts.servingDigest as Digest);
      await this.server.load({ name: loading.servedName, kind: 'generation', folder: folder.path, weightFormat: loading.facts.weightFormat });
      if (!(await this.deployments.save(loading.to('ready', new Date()), 'loading'))) return false;
      this.ready.add(loading.servedName);
      this.logger.info({ model: loading.facts.model, revision: loading.facts.revisionId, ms: Math.round(performance.now() - startedAt) }, 'model loaded');
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // A server that went away is not the model's fault: no failure is counted, and the next round starts over.
      const next = loading.to(error instanceof ModelServerLost ? 'pending' : 'failed', new Date(), reason);
      this.logger.warn({ err: error, model: loading.facts.model }, 'model did not load');
      return this.deployments.save(next, 'loading');
    }
  }
}
