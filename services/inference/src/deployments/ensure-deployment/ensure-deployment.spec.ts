import { describe, expect, it } from '@jest/globals';
import { FolderArtifactStore } from '@conch/artifacts';
import { ModelVersion, type RegistryServiceDefinition } from '@conch/contracts/registry';
import type { NatsClient } from '@conch/rpc';
import { ModelCatalog } from '../../models/model-catalog.js';
import { aReconciler, HeldModelServer, MemoryDeployments } from '../deployments.fixture.js';
import { EnsureDeployment } from './ensure-deployment.js';

/** The deployment made when a project uses a model that the registry describes so. */
async function used(version: Parameters<typeof ModelVersion.fromPartial>[0]) {
  const registry = {
    resolveModel: async () => ModelVersion.fromPartial({ id: 'mv_1', modelName: 'm', serving: { digest: 'sha256:a' }, ...version }),
  };
  const catalog = new ModelCatalog(registry as unknown as NatsClient<typeof RegistryServiceDefinition>, new FolderArtifactStore('/none'), '/none');
  const deployments = new MemoryDeployments();
  const reconciler = aReconciler(deployments, new HeldModelServer());
  const { facts } = await new EnsureDeployment(deployments, reconciler).execute(await catalog.resolve('proj_user', 'm', {}));
  await reconciler.stop();
  return facts;
}

describe(EnsureDeployment.name, () => {
  it('gives a deployment to the project whose model it is, also when the model has no base', async () => {
    expect((await used({ projectId: 'proj_owner', lineage: { baseModel: '' } })).projectId).toBe('proj_owner');
  });

  it('gives a public model to everybody', async () => {
    expect((await used({ projectId: 'public', lineage: { baseModel: '' } })).projectId).toBe('public');
  });
});
