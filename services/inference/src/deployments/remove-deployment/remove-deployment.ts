import { DeploymentNotFound } from '../deployment.errors.js';
import type { DeploymentRepository } from '../deployment.repository.js';
import type { ReconcileDeployments } from '../reconcile-deployments/reconcile-deployments.js';

/** Takes a deployment out of service; the reconciler unloads the model and forgets it. */
export class RemoveDeployment {
  constructor(
    private readonly deployments: DeploymentRepository,
    private readonly reconciler: ReconcileDeployments,
  ) {}

  /** Throws DEPLOYMENT_NOT_FOUND for one that the project does not own. */
  async execute(projectId: string, id: string): Promise<void> {
    const deployment = await this.deployments.find(id);
    if (deployment === null || deployment.facts.projectId !== projectId) throw new DeploymentNotFound(id);
    await this.drain(deployment.id);
  }

  /** Removes every deployment of a model that its project deleted; other projects may have models of the same name. */
  async executeForModel(projectId: string, model: string): Promise<void> {
    const all = await this.deployments.listAll();
    await Promise.all(all.filter(({ facts }) => facts.projectId === projectId && facts.model === model).map(({ id }) => this.drain(id)));
  }

  private async drain(id: string): Promise<void> {
    for (;;) {
      const deployment = await this.deployments.find(id);
      if (deployment === null || deployment.state === 'draining') return;
      // The reconciler may move it on between the two; then its new state is drained.
      if (await this.deployments.save(deployment.to('draining', new Date()), deployment.state)) break;
    }
    this.reconciler.wake();
  }
}
