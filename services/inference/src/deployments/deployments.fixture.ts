import { createLogger } from '@conch/telemetry';
import type { ModelCatalog } from '../models/model-catalog.js';
import { ModelServer, type ServedModel } from '../triton/model-server.js';
import type { Deployment, DeploymentState } from './deployment.entity.js';
import { DeploymentRepository } from './deployment.repository.js';
import { ReconcileDeployments } from './reconcile-deployments/reconcile-deployments.js';

/** Deployments in memory. */
export class MemoryDeployments extends DeploymentRepository {
  readonly rows = new Map<string, Deployment>();

  constructor(...deployments: Deployment[]) {
    super();
    for (const deployment of deployments) this.rows.set(deployment.id, deployment);
  }

  override async find(id: string): Promise<Deployment | null> {
    return this.rows.get(id) ?? null;
  }

  override async findByVersion(versionId: string): Promise<Deployment | null> {
    return [...this.rows.values()].find(({ facts }) => facts.modelVersionId === versionId) ?? null;
  }

  override async listAll(): Promise<Deployment[]> {
    return [...this.rows.values()];
  }

  override async listFor(projectId: string): Promise<Deployment[]> {
    return [...this.rows.values()].filter(({ facts }) => facts.projectId === projectId);
  }

  override async addOnce(deployment: Deployment): Promise<Deployment> {
    const standing = await this.findByVersion(deployment.facts.modelVersionId);
    if (standing === null) this.rows.set(deployment.id, deployment);
    return standing ?? deployment;
  }

  override async save(deployment: Deployment, from: DeploymentState): Promise<boolean> {
    if (this.rows.get(deployment.id)?.state !== from) return false;
    this.rows.set(deployment.id, deployment);
    return true;
  }

  override async remove(id: string): Promise<void> {
    this.rows.delete(id);
  }
}

/** A model server whose loads and unloads end when the spec says so. */
export class HeldModelServer extends ModelServer {
  readonly loaded = new Set<string>();
  /** Every load and unload begun, in order. */
  readonly begun: string[] = [];
  /** Names whose loads and unloads wait for `let`. */
  readonly held = new Set<string>();
  private readonly waiting = new Map<string, (error?: Error) => void>();

  /** Ends what waits for this name, well or with the error. */
  let(name: string, error?: Error): void {
    this.waiting.get(name)?.(error);
  }

  override async isLive(): Promise<boolean> {
    return true;
  }

  override async isReady(name: string): Promise<boolean> {
    return this.loaded.has(name);
  }

  override async load({ name }: ServedModel): Promise<void> {
    this.begun.push(`load ${name}`);
    await this.hold(name);
    this.loaded.add(name);
  }

  override async unload(name: string): Promise<void> {
    this.begun.push(`unload ${name}`);
    await this.hold(name);
    this.loaded.delete(name);
  }

  override generate(): never {
    throw new Error('no spec of deployments generates');
  }

  override embed(): never {
    throw new Error('no spec of deployments embeds');
  }

  private async hold(name: string): Promise<void> {
    if (!this.held.has(name)) return;
    await new Promise<void>((resolve, reject) => this.waiting.set(name, (error) => (error === undefined ? resolve() : reject(error))));
  }
}

/** A reconciler over both, whose rounds the spec runs itself or wakes. */
export function aReconciler(deployments: DeploymentRepository, server: ModelServer): ReconcileDeployments {
  const catalog = { folder: async () => ({ path: '/models/m' }) } as unknown as ModelCatalog;
  return new ReconcileDeployments(deployments, server, catalog, createLogger({ service: 'inference', level: 'silent' }), 60_000);
}

/** Waits until the claim holds. */
export async function until(claim: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!claim()) {
    if (Date.now() > deadline) throw new Error('it did not come true in 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
