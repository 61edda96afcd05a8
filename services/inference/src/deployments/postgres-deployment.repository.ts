import type { Outbox } from '@conch/events';
import type { Database } from '@conch/storage';
import type { Selectable, Transaction } from 'kysely';
import type { DeploymentsTable, InferenceDatabase } from '../database.js';
import { Deployment, type DeploymentState } from './deployment.entity.js';
import { DeploymentRepository } from './deployment.repository.js';

/** Deployments in Postgres; `ready` and `failed` are announced in the transaction that stores them. */
export class PostgresDeploymentRepository extends DeploymentRepository {
  constructor(
    private readonly database: Database<InferenceDatabase>,
    private readonly outbox: Outbox<InferenceDatabase>,
  ) {
    super();
  }

  override find(id: string): Promise<Deployment | null> {
    return this.one((tx) => tx.selectFrom('deployments').selectAll().where('id', '=', id).executeTakeFirst());
  }

  override findByVersion(modelVersionId: string): Promise<Deployment | null> {
    return this.one((tx) => tx.selectFrom('deployments').selectAll().where('model_version_id', '=', modelVersionId).executeTakeFirst());
  }

  override async listAll(): Promise<Deployment[]> {
    const rows = await this.database.asSystem((tx) => tx.selectFrom('deployments').selectAll().orderBy('created_at').execute());
    return rows.map(fromRow);
  }

  override async listFor(projectId: string): Promise<Deployment[]> {
    const rows = await this.database.inProject(projectId, (tx) => tx.selectFrom('deployments').selectAll().orderBy('created_at').execute());
    return rows.map(fromRow);
  }

  override async addOnce(deployment: Deployment): Promise<Deployment> {
    const standing = await this.findByVersion(deployment.facts.modelVersionId);
    if (standing !== null) return standing;
    await this.database.asSystem((tx) =>
      tx
        .insertInto('deployments')
        .values(toRow(deployment))
        .onConflict((conflict) => conflict.column('model_version_id').doNothing())
        .execute(),
    );
    return (await this.findByVersion(deployment.facts.modelVersionId)) ?? deployment;
  }

  override async save(deployment: Deployment, from: DeploymentState): Promise<boolean> {
    const { id, projectId, model, revisionId, state, reason, failures, updatedAt } = deployment.facts;
    return this.database.asSystem(async (tx) => {
      const saved = await tx
        .updateTable('deployments')
        .set({ state, reason, failures, updated_at: updatedAt })
        .where('id', '=', id)
        .where('state', '=', from)
        .returning('id')
        .executeTakeFirst();
      if (saved === undefined) return false;
      if (state === 'ready') {
        await this.outbox.add(tx, 'conch.events.inference.deployment.ready', { deploymentId: id, model, revisionId }, { projectId });
      } else if (state === 'failed') {
        await this.outbox.add(tx, 'conch.events.inference.deployment.failed', { deploymentId: id, model, reason }, { projectId });
      }
      return true;
    });
  }

  override async remove(id: string): Promise<void> {
    await this.database.asSystem((tx) => tx.deleteFrom('deployments').where('id', '=', id).execute());
  }

  private async one(read: (tx: Transaction<InferenceDatabase>) => Promise<Selectable<DeploymentsTable> | undefined>): Promise<Deployment | null> {
    const row = await this.database.asSystem(read);
    return row === undefined ? null : fromRow(row);
  }
}

function fromRow(row: Selectable<DeploymentsTable>): Deployment {
  return new Deployment({
    id: row.id,
    projectId: row.project_id,
    model: row.model,
    modelVersionId: row.model_version_id,
    revisionId: row.revision_id,
    servingDigest: row.serving_digest,
    weightFormat: row.weight_format,
    state: row.state as DeploymentState,
    reason: row.reason,
    failures: row.failures,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  });
}

function toRow(deployment: Deployment): DeploymentsTable {
  const facts = deployment.facts;
  return {
    id: facts.id,
    project_id: facts.projectId,
    model: facts.model,
    model_version_id: facts.modelVersionId,
    revision_id: facts.revisionId,
    serving_digest: facts.servingDigest,
    weight_format: facts.weightFormat,
    state: facts.state,
    reason: facts.reason,
    failures: facts.failures,
    created_at: facts.createdAt,
    updated_at: facts.updatedAt,
  };
}
