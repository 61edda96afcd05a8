import type { Deployment } from './deployment.entity.js';
import { ModelNotServed } from './deployment.errors.js';
import type { DeploymentRepository } from './deployment.repository.js';
import type { ReconcileDeployments } from './reconcile-deployments/reconcile-deployments.js';

/** Waits until a deployment answers, at most until the signal aborts; a model that cannot be loaded is said so at once. */
export class AwaitReady {
  constructor(
    private readonly deployments: DeploymentRepository,
    private readonly reconciler: ReconcileDeployments,
    private readonly timeoutMs: number,
  ) {}

  /** The deployment that answers: the given one, or, when that one is taken out of service meanwhile, the one that `renew` makes after it. */
  async execute(deployment: Deployment, renew: () => Promise<Deployment>, signal: AbortSignal): Promise<Deployment> {
    if (this.isServed(deployment)) return deployment;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.timeoutMs)]);
    let current = deployment;
    let failuresBefore = deployment.facts.failures;
    this.reconciler.wake();
    for (;;) {
      try {
        await this.reconciler.nextChange(limit);
      } catch (error) {
        if (signal.aborted) throw error;
        throw new ModelNotServed(current.facts.model, `it was not loaded within ${Math.round(this.timeoutMs / 1_000)} seconds`);
      }
      const now = await this.deployments.find(current.id);
      if (now?.state === 'failed' && now.facts.failures > failuresBefore) throw new ModelNotServed(current.facts.model, now.facts.reason);
      current = now ?? (await renew());
      if (now === null) failuresBefore = current.facts.failures;
      if (this.isServed(current)) return current;
    }
  }

  /** One that is drained may answer a little longer, but not to the end. */
  private isServed(deployment: Deployment): boolean {
    return deployment.state !== 'draining' && this.reconciler.isReady(deployment.servedName);
  }
}
