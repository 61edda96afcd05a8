import { newId } from '@conch/storage';
import type { ResolvedModel } from '../../models/model-catalog.js';
import { Deployment } from '../deployment.entity.js';
import type { DeploymentRepository } from '../deployment.repository.js';
import type { ReconcileDeployments } from '../reconcile-deployments/reconcile-deployments.js';

/** Makes a model version something that should be served; the reconciler brings Triton to it. */
export class EnsureDeployment {
  constructor(
    private readonly deployments: DeploymentRepository,
    private readonly reconciler: ReconcileDeployments,
  ) {}

  /** The version's deployment, made when there is none; returns at once, whatever its state. */
  async execute(model: ResolvedModel): Promise<Deployment> {
    const now = new Date();
    const standing = await this.deployments.addOnce(
      new Deployment({
        id: newId('dep_'),
        projectId: model.projectId,
        model: model.model,
        modelVersionId: model.versionId,
        revisionId: newId('rev_'),
        servingDigest: model.servingDigest,
        weightFormat: model.weightFormat,
        state: 'pending',
        reason: '',
        failures: 0,
        createdAt: now,
        updatedAt: now,
      }),
    );
    if (standing.state !== 'ready') this.reconciler.wake();
    return standing;
  }
}
