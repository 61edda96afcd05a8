import { describe, expect, it } from '@jest/globals';
import { aDeployment } from '../deployment.fixture.js';
import { aReconciler, HeldModelServer, MemoryDeployments, until } from '../deployments.fixture.js';
import { RemoveDeployment } from '../remove-deployment/remove-deployment.js';
import { ReconcileDeployments } from './reconcile-deployments.js';

const ONE = aDeployment();
const OTHER = aDeployment({ id: 'dep_2', revisionId: 'rev_2', modelVersionId: 'mv_2' });

describe(ReconcileDeployments.name, () => {
  it('loads a model that is first used while another one is still loading', async () => {
    const deployments = new MemoryDeployments(ONE);
    const server = new HeldModelServer();
    server.held.add(ONE.servedName);
    const reconciler = aReconciler(deployments, server);
    reconciler.wake();
    await until(() => server.begun.length === 1);
    await deployments.addOnce(OTHER);
    reconciler.wake();
    await until(() => reconciler.isReady(OTHER.servedName));
    expect(reconciler.isReady(ONE.servedName)).toBe(false);
    server.let(ONE.servedName);
    await until(() => reconciler.isReady(ONE.servedName));
    await reconciler.stop();
  });

  it('does not begin a load again while it goes on, also when another one failed', async () => {
    const deployments = new MemoryDeployments(ONE, OTHER);
    const server = new HeldModelServer();
    server.held.add(ONE.servedName).add(OTHER.servedName);
    const reconciler = aReconciler(deployments, server);
    await reconciler.execute();
    await until(() => server.begun.length === 2);
    server.let(OTHER.servedName, new Error('broken'));
    await until(() => deployments.rows.get(OTHER.id)?.state === 'failed');
    await reconciler.execute();
    expect(server.begun).toEqual([`load ${ONE.servedName}`, `load ${OTHER.servedName}`]);
  });

  it('looks at every deployment, also when the look at one fails', async () => {
    const server = new HeldModelServer();
    const isReady = server.isReady.bind(server);
    server.isReady = (name) => (name === ONE.servedName ? Promise.reject(new Error('odd')) : isReady(name));
    const reconciler = aReconciler(new MemoryDeployments(ONE, OTHER), server);
    await reconciler.execute();
    await until(() => reconciler.isReady(OTHER.servedName));
  });

  it('tells who waits when a load has ended, without another round', async () => {
    const server = new HeldModelServer();
    server.held.add(ONE.servedName);
    const reconciler = aReconciler(new MemoryDeployments(ONE), server);
    await reconciler.execute();
    await until(() => server.begun.length === 1);
    const change = reconciler.nextChange(AbortSignal.timeout(5_000));
    server.let(ONE.servedName);
    await change;
    expect(reconciler.isReady(ONE.servedName)).toBe(true);
  });

  it.each(['well', 'badly'])('unloads a model that was taken out of service during its load, which ends %s', async (end) => {
    const deployments = new MemoryDeployments(ONE);
    const server = new HeldModelServer();
    server.held.add(ONE.servedName);
    const reconciler = aReconciler(deployments, server);
    reconciler.wake();
    await until(() => server.begun.length === 1);
    await new RemoveDeployment(deployments, reconciler).execute(ONE.facts.projectId, ONE.id);
    server.held.clear();
    server.let(ONE.servedName, end === 'well' ? undefined : new Error('broken'));
    await until(() => deployments.rows.size === 0);
    expect(server.begun.at(-1)).toBe(`unload ${ONE.servedName}`);
    expect(server.loaded.size).toBe(0);
    expect(reconciler.isReady(ONE.servedName)).toBe(false);
    await reconciler.stop();
  });

  it('waits for the load under way when it is stopped', async () => {
    const deployments = new MemoryDeployments(ONE);
    const server = new HeldModelServer();
    server.held.add(ONE.servedName);
    const reconciler = aReconciler(deployments, server);
    await reconciler.execute();
    await until(() => server.begun.length === 1);
    const stopped = reconciler.stop();
    server.let(ONE.servedName);
    await stopped;
    expect(deployments.rows.get(ONE.id)?.state).toBe('ready');
  });
});
