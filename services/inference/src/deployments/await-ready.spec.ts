import { describe, expect, it } from '@jest/globals';
import { AwaitReady } from './await-ready.js';
import { aDeployment } from './deployment.fixture.js';
import { aReconciler, HeldModelServer, MemoryDeployments } from './deployments.fixture.js';

describe(AwaitReady.name, () => {
  it('deploys anew, once a deployment that is being taken out of service is gone', async () => {
    const draining = aDeployment({ state: 'draining' });
    const anew = aDeployment({ id: 'dep_2', revisionId: 'rev_2' });
    const deployments = new MemoryDeployments(draining);
    const server = new HeldModelServer();
    server.loaded.add(draining.servedName);
    const reconciler = aReconciler(deployments, server);
    const renew = async () => {
      const made = await deployments.addOnce(anew);
      reconciler.wake();
      return made;
    };
    const served = await new AwaitReady(deployments, reconciler, 4_000).execute(draining, renew, new AbortController().signal);
    expect(served.id).toBe(anew.id);
    expect(server.begun).toEqual([`unload ${draining.servedName}`, `load ${anew.servedName}`]);
    await reconciler.stop();
  });
});
