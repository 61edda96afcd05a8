import { Deployment, type DeploymentFacts } from './deployment.entity.js';

/** A deployment for specs; names only what the spec depends on. */
export function aDeployment(facts: Partial<DeploymentFacts> = {}): Deployment {
  const at = new Date('2026-01-01T00:00:00Z');
  return new Deployment({
    id: 'dep_1',
    projectId: 'proj_1',
    model: 'ft:conch-tiny:default::a1b2c3d4',
    modelVersionId: 'mv_1',
    revisionId: 'rev_1',
    servingDigest: `sha256:${'a'.repeat(64)}`,
    weightFormat: 'fp32',
    state: 'pending',
    reason: '',
    failures: 0,
    createdAt: at,
    updatedAt: at,
    ...facts,
  });
}
