import type { Deployment, DeploymentState } from './deployment.entity.js';

/** Where deployments are kept; the database's word is the desired state that Triton is brought to. */
export abstract class DeploymentRepository {
  abstract find(id: string): Promise<Deployment | null>;
  abstract findByVersion(modelVersionId: string): Promise<Deployment | null>;
  /** Every deployment that is not drained, oldest first. */
  abstract listAll(): Promise<Deployment[]>;
  /** Those that a project may see: its own and the public ones. */
  abstract listFor(projectId: string): Promise<Deployment[]>;
  /** Adds the deployment unless its version has one already; returns the one that stands. */
  abstract addOnce(deployment: Deployment): Promise<Deployment>;
  /**
   * Stores the state if the deployment still stands where it was `from`, announcing `ready` and `failed` in the same transaction.
   * False when it has moved on meanwhile (someone took it out of service during a load, say); then nothing is changed.
   */
  abstract save(deployment: Deployment, from: DeploymentState): Promise<boolean>;
  abstract remove(id: string): Promise<void>;
}
