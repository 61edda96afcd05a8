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

  async execute(deployment: Deployment, signal: AbortSignal): Promise<void> {
    if (this.reconciler.isReady(deployment.servedName)) return;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.timeoutMs)]);
    const failuresBefore = deployment.facts.failures;
    this.reconciler.wake();
    for (;;) {
      try {
        await this.reconciler.nextChange(limit);
      } catch (error) {
        if (signal.aborted) throw error;
        throw new ModelNotServed(deployment.facts.model, `it was not loaded within ${Math.round(this.timeoutMs / 1_000)} seconds`);
      }
      if (this.reconciler.isReady(deployment.servedName)) return;
      const now = await this.deployments.find(deployment.id);
      if (now === null) throw new ModelNotServed(deployment.facts.model, 'its deployment was removed');
      if (now.state === 'failed' && now.facts.failures > failuresBefore) throw new ModelNotServed(deployment.facts.model, now.facts.reason);
    }
  }
}
