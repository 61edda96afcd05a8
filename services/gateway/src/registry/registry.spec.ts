import { ArtifactForm } from '@conch/contracts/common';
import { DeploymentState } from '@conch/contracts/inference';
import { type Model, type ModelVersion, VersionState } from '@conch/contracts/registry';
import { JobKind, JobState } from '@conch/contracts/training';
import { Refusal } from '@conch/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';

const at = new Date(1_700_000_000_000);
const CREATED = 1_700_000_000;

const version: ModelVersion = {
  ...{
    id: 'mv_1',
    projectId: 'one',
    modelId: 'mdl_1',
    modelName: 'ft:conch-tiny:one::12345678',
    number: 1,
    state: VersionState.VERSION_STATE_REGISTERED,
    digest: 'sha256:aa',
    weightFormat: 'fp32',
  },
  weights: { digest: 'sha256:bb', sizeBytes: 10, form: ArtifactForm.ARTIFACT_FORM_FOLDER },
  ...{ serving: undefined, adapter: undefined, createdAt: at },
  lineage: {
    baseVersionId: 'mv_0',
    baseModel: 'conch-tiny',
    datasetVersionId: 'dsv_1',
    datasetDigest: 'sha256:cc',
    jobId: 'ftjob-1',
    recipeJson: '{"stage":"sft"}',
    provenanceJson: '',
  },
};

function aModel(name: string, fields: Partial<Model> = {}): Model {
  return {
    id: `mdl_${name}`,
    name,
    ownedBy: 'proj_one',
    baseModel: '',
    createdAt: at,
    latest: undefined,
    aliases: [{ name: 'prod', versionNumber: 1, updatedAt: at }],
    ...fields,
  };
}

const asked: unknown[] = [];

/** Notes what was asked, and answers. */
function noted<T>(request: unknown, answer: T): T {
  asked.push(request);
  return answer;
}

describe('models, versions, deployments and dataset versions', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway({
      registry: {
        // Two pages, which the list of OpenAI's clients has to be joined from.
        listModels: async ({ page }) =>
          page?.after === 'mdl_a'
            ? { models: [aModel('deepseek-ai/DeepSeek', { ownedBy: 'public' })], hasMore: false }
            : { models: [aModel('a', { latest: version, baseModel: 'conch-tiny' })], hasMore: true },
        getModel: async ({ name = '' }) => {
          if (name === 'gone')
            throw new Refusal('not_found', 'MODEL_NOT_FOUND', 'The model `gone` does not exist or you do not have access to it.', { param: 'model' });
          return aModel(name);
        },
        deleteModel: async ({ name = '' }) => {
          if (name === 'conch-tiny') throw new Refusal('forbidden', 'MODEL_IS_PUBLIC', 'It belongs to every project.', { param: 'model' });
          return { name };
        },
        resolveModel: async ({ model }) => noted(model, version),
        listVersions: async ({ modelName }) => noted(modelName, { versions: [version], hasMore: false }),
        setAlias: async (request) => noted(request, { name: request.alias ?? '', versionNumber: request.versionNumber ?? 0, updatedAt: at }),
        removeAlias: async (request) => noted(request, {}),
      },
      jobs: {
        createImport: async (request) => {
          asked.push(request);
          return {
            ...{
              id: 'ftjob-9',
              kind: JobKind.JOB_KIND_IMPORT,
              state: JobState.JOB_STATE_RUNNING,
              model: request.name ?? '',
              trainingFile: '',
              validationFile: '',
              suffix: '',
              seed: 0,
              metadata: {},
            },
            ...{
              methodJson: '',
              fineTunedModel: '',
              trainedTokens: 0,
              resultFiles: [],
              error: undefined,
              createdAt: at,
              startedAt: at,
              finishedAt: undefined,
              estimatedFinish: undefined,
            },
            ...{ waitingReason: '', queuePosition: 0, phase: 'convert', attempt: 1 },
          };
        },
      },
      deployments: {
        ensureDeployment: async ({ model = '' }) => ({
          id: 'dep_1',
          model,
          modelVersionId: 'mv_1',
          revisionId: '',
          state: DeploymentState.DEPLOYMENT_STATE_LOADING,
          reason: '',
          createdAt: at,
          updatedAt: at,
        }),
        listDeployments: async () => ({ deployments: [] }),
        deleteDeployment: async ({ id = '' }) => ({ id }),
      },
      datasets: {
        getDatasetVersion: async ({ key }) => {
          asked.push(key);
          return {
            id: 'dsv_1',
            datasetId: 'ds_1',
            fileId: 'file-1',
            digest: 'sha256:cc',
            format: 'openai-chat',
            rows: 12,
            trainingFolder: undefined,
            createdAt: at,
            lastAnswerOnly: false,
          };
        },
      },
    });
  }, 60_000);
  afterAll(() => gateway.stop());
  beforeEach(() => {
    asked.length = 0;
  });

  it('lists every model at once, as the clients of OpenAI expect it', async () => {
    expect((await gateway.request('GET', '/v1/models')).json()).toEqual({
      object: 'list',
      data: [
        { id: 'a', object: 'model', created: CREATED, owned_by: 'proj_one' },
        { id: 'deepseek-ai/DeepSeek', object: 'model', created: CREATED, owned_by: 'public' },
      ],
    });
  });

  it.each([
    ['ft:conch-tiny:one:magic:12345678', 'ft:conch-tiny:one:magic:12345678'],
    ['Qwen%2FQwen3', 'Qwen/Qwen3'],
    ['Qwen/Qwen3', 'Qwen/Qwen3'],
  ])('finds the model of the path %s', async (path, id) => {
    expect((await gateway.request('GET', `/v1/models/${path}`)).json()).toMatchObject({ id, object: 'model' });
  });

  it('says in the words of OpenAI that a model is not there', async () => {
    const answer = await gateway.request('GET', '/v1/models/gone');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error).toMatchObject({
      param: 'model',
      code: 'model_not_found',
      message: expect.stringMatching(/does not exist or you do not have access to it/),
    });
  });

  it('deletes own models only', async () => {
    expect((await gateway.request('DELETE', '/v1/models/mine%2Fx')).json()).toEqual({ id: 'mine/x', object: 'model', deleted: true });
    const refused = await gateway.request('DELETE', '/v1/models/conch-tiny');
    expect(refused.statusCode).toBe(403);
    expect(refused.json().error.type).toBe('permission_error');
  });

  it('shows a version with its artifacts and where it came from', async () => {
    const path = '/v1/registry/models/ft:conch-tiny:one::12345678/versions/prod';
    expect((await gateway.request('GET', path)).json()).toMatchObject({
      ...{
        id: 'mv_1',
        object: 'registry.model_version',
        version: 1,
        state: 'registered',
        weights: { digest: 'sha256:bb', bytes: 10, form: 'folder' },
        adapter: null,
        created_at: CREATED,
      },
      lineage: { base_model: 'conch-tiny', dataset_version_id: 'dsv_1', job_id: 'ftjob-1', recipe: { stage: 'sft' }, provenance: null },
    });
    expect((await gateway.request('GET', `${path}/lineage`)).json()).toMatchObject({ object: 'registry.lineage', base_version_id: 'mv_0' });
    expect(asked).toEqual(['ft:conch-tiny:one::12345678@prod', 'ft:conch-tiny:one::12345678@prod']);
  });

  it('pages through models and versions with the cursors of the registry', async () => {
    expect((await gateway.request('GET', '/v1/registry/models?limit=1')).json()).toMatchObject({
      has_more: true,
      last_id: 'mdl_a',
      data: [{ name: 'a', latest: { version: 1 }, aliases: [{ id: 'a@prod' }] }],
    });
    expect((await gateway.request('GET', '/v1/registry/models/Qwen%2FQwen3/versions')).json().data).toHaveLength(1);
    expect(asked).toEqual(['Qwen/Qwen3']);
  });

  it('moves and removes aliases', async () => {
    expect((await gateway.request('POST', '/v1/registry/models/a/aliases', { payload: { alias: 'prod', version: 2 } })).json()).toMatchObject({
      id: 'a@prod',
      version: 2,
    });
    expect((await gateway.request('DELETE', '/v1/registry/models/a/aliases/prod')).json()).toEqual({ id: 'a@prod', object: 'registry.alias', deleted: true });
    expect(asked).toEqual([
      { modelName: 'a', alias: 'prod', versionNumber: 2 },
      { modelName: 'a', alias: 'prod' },
    ]);
  });

  it('starts the import of a base model', async () => {
    const answer = await gateway.request('POST', '/v1/registry/imports', {
      payload: { name: 'Qwen/Qwen3', source: 'hf:Qwen/Qwen3' },
      headers: { 'idempotency-key': 'k' },
    });
    expect(answer.json()).toMatchObject({ id: 'ftjob-9', object: 'registry.import', model: 'Qwen/Qwen3', status: 'running', phase: 'convert' });
    expect(asked).toEqual([{ name: 'Qwen/Qwen3', source: 'hf:Qwen/Qwen3', idempotencyKey: 'k' }]);
  });

  it('has a model served, and no longer served', async () => {
    expect((await gateway.request('POST', '/v1/deployments', { payload: { model: 'a@prod' } })).json()).toMatchObject({
      id: 'dep_1',
      model: 'a@prod',
      state: 'loading',
      revision_id: null,
    });
    expect((await gateway.request('GET', '/v1/deployments')).json()).toEqual({ object: 'list', data: [], first_id: null, last_id: null, has_more: false });
    expect((await gateway.request('DELETE', '/v1/deployments/dep_1')).json()).toMatchObject({ deleted: true });
  });

  it('finds a dataset version by its own id and by that of its file', async () => {
    expect((await gateway.request('GET', '/v1/datasets/versions/dsv_1')).json()).toMatchObject({ object: 'dataset.version', rows: 12, format: 'openai-chat' });
    await gateway.request('GET', '/v1/datasets/versions/file-1');
    expect(asked).toEqual([
      { $case: 'id', value: 'dsv_1' },
      { $case: 'fileId', value: 'file-1' },
    ]);
  });
});
