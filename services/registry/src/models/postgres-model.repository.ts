import type { Outbox } from '@conch/events';
import { type Database, pageBy, SYSTEM_PROJECT } from '@conch/storage';
import type { Transaction } from 'kysely';
import type { RegistryDatabase } from '../database.js';
import { type Alias, type Model, type ModelVersion, statesBefore } from './model.entity.js';
import { LATEST, type Selector } from './model-name.js';
import { type ListQuery, ModelRepository, type ModelView, type NewVersion } from './model.repository.js';
import { aliasFrom, modelFrom, versionFrom } from './model-rows.js';
import { registerVersion } from './register-in-transaction.js';
import { viewModels } from './view-models.js';

type Tx = Transaction<RegistryDatabase>;

const MAX_MODELS_A_PAGE = 10_000;

/** Models in Postgres; what others must know is announced in the transaction that stores it. */
export class PostgresModelRepository extends ModelRepository {
  constructor(
    private readonly database: Database<RegistryDatabase>,
    private readonly outbox: Outbox<RegistryDatabase>,
    private readonly now: () => Date,
  ) {
    super();
  }

  override async find(projectId: string, name: string): Promise<Model | null> {
    const rows = await this.within(projectId, (tx) =>
      tx.selectFrom('models').selectAll().where('name', '=', name).where('deleted_at', 'is', null).orderBy('created_at').execute(),
    );
    const row = rows.find((one) => one.project_id === projectId) ?? rows[0];
    return row === undefined ? null : modelFrom(row);
  }

  override async findVersion(model: Model, selector: Selector | null): Promise<ModelVersion | null> {
    return this.within(model.projectId, async (tx) => {
      const usable = tx.selectFrom('model_versions').selectAll().where('model_id', '=', model.id).where('state', '=', 'registered');
      const number = selector !== null && 'number' in selector ? selector.number : await numberOf(tx, model, selector === null ? LATEST : selector.alias);
      if (number === null && selector !== null) return null;
      const query = number === null ? usable.orderBy('number', 'desc').limit(1) : usable.where('number', '=', number);
      const row = await query.executeTakeFirst();
      return row === undefined ? null : versionFrom(row, model.name);
    });
  }

  override async listSelectors(model: Model, limit: number): Promise<readonly string[]> {
    return this.within(model.projectId, async (tx) => {
      const aliases = await tx.selectFrom('aliases').select('name').where('model_id', '=', model.id).orderBy('name').limit(limit).execute();
      const versions = await tx
        .selectFrom('model_versions')
        .select('number')
        .where('model_id', '=', model.id)
        .where('state', '=', 'registered')
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return [...aliases.map(({ name }) => name), ...versions.map(({ number }) => String(number))].slice(0, limit);
    });
  }

  override async listNames(projectId: string, limit: number): Promise<readonly string[]> {
    const rows = await this.within(projectId, (tx) =>
      tx.selectFrom('models').select('name').where('deleted_at', 'is', null).orderBy('created_at', 'desc').limit(limit).execute(),
    );
    return rows.map(({ name }) => name);
  }

  override async view(model: Model): Promise<ModelView> {
    const [view] = await this.within(model.projectId, (tx) => viewModels(tx, [model]));
    return view ?? { model, latest: null, aliases: [] };
  }

  override async list(projectId: string, query: ListQuery): Promise<{ models: readonly ModelView[]; hasMore: boolean }> {
    return this.within(projectId, async (tx) => {
      const page = await pageBy(tx.selectFrom('models').selectAll(), query, {
        table: 'models',
        defaultLimit: MAX_MODELS_A_PAGE,
        maxLimit: MAX_MODELS_A_PAGE,
        narrow: (models) => models.where('deleted_at', 'is', null),
      });
      return { models: await viewModels(tx, page.rows.map(modelFrom)), hasMore: page.hasMore };
    });
  }

  override async listVersions(model: Model, query: ListQuery): Promise<{ versions: readonly ModelVersion[]; hasMore: boolean }> {
    const page = await this.within(model.projectId, (tx) =>
      pageBy(tx.selectFrom('model_versions').selectAll().where('model_id', '=', model.id), query, { table: 'model_versions' }),
    );
    return { versions: page.rows.map((row) => versionFrom(row, model.name)), hasMore: page.hasMore };
  }

  override async register(version: NewVersion): Promise<ModelVersion> {
    return this.database.inProject(version.projectId, (tx) => registerVersion(tx, this.outbox, version, this.now()));
  }

  override async setAlias(model: Model, alias: string, versionNumber: number): Promise<Alias | null> {
    return this.database.inProject(model.projectId, async (tx) => {
      const standing = await tx
        .selectFrom('model_versions')
        .select('id')
        .where('model_id', '=', model.id)
        .where('number', '=', versionNumber)
        .where('state', '=', 'registered')
        .executeTakeFirst();
      if (standing === undefined) return null;
      const change = { version_number: versionNumber, updated_at: this.now() };
      const row = await tx
        .insertInto('aliases')
        .values({ model_id: model.id, project_id: model.projectId, name: alias, ...change })
        .onConflict((conflict) => conflict.columns(['model_id', 'name']).doUpdateSet(change))
        .returningAll()
        .executeTakeFirstOrThrow();
      return aliasFrom(row);
    });
  }

  override async removeAlias(model: Model, alias: string): Promise<boolean> {
    const removed = await this.database.inProject(model.projectId, (tx) =>
      tx.deleteFrom('aliases').where('model_id', '=', model.id).where('name', '=', alias).returning('name').executeTakeFirst(),
    );
    return removed !== undefined;
  }

  override async remove(model: Model): Promise<boolean> {
    return this.database.inProject(model.projectId, async (tx) => {
      const gone = await tx
        .updateTable('models')
        .set({ deleted_at: this.now() })
        .where('id', '=', model.id)
        .where('deleted_at', 'is', null)
        .returning('id')
        .executeTakeFirst();
      if (gone === undefined) return false;
      await tx.deleteFrom('aliases').where('model_id', '=', model.id).execute();
      await tx.updateTable('model_versions').set({ state: 'retired' }).where('model_id', '=', model.id).where('state', 'in', statesBefore('retired')).execute();
      await this.outbox.add(tx, 'conch.events.registry.model.deleted', { model: model.name }, { projectId: model.projectId });
      return true;
    });
  }

  /** Calls that serve no single project see every project's models. */
  private within<T>(projectId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return projectId === SYSTEM_PROJECT ? this.database.asSystem(work) : this.database.inProject(projectId, work);
  }
}

async function numberOf(tx: Tx, model: Model, alias: string): Promise<number | null> {
  const row = await tx.selectFrom('aliases').select('version_number').where('model_id', '=', model.id).where('name', '=', alias).executeTakeFirst();
  return row?.version_number ?? null;
}
