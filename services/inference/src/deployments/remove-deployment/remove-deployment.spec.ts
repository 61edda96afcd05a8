import { describe, expect, it } from '@jest/globals';
import { aDeployment } from '../deployment.fixture.js';
import { aReconciler, HeldModelServer, MemoryDeployments, until } from '../deployments.fixture.js';
import { RemoveDeployment } from './remove-deployment.js';

describe(RemoveDeployment.name, () => {
  it("leaves another project's model of the same name in service", async () => {
    const theirs = aDeployment({ id: 'dep_2', revisionId: 'rev_2', modelVersionId: 'mv_2', projectId: 'proj_2' });
    const deployments = new MemoryDeployments(aDeployment(), theirs);
    const reconciler = aReconciler(deployments, new HeldModelServer());
    await new RemoveDeployment(deployments, reconciler).executeForModel('proj_1', aDeployment().facts.model);
    await until(() => deployments.rows.size === 1);
    expect(deployments.rows.get(theirs.id)?.state).not.toBe('draining');
    await reconciler.stop();
  });
});
