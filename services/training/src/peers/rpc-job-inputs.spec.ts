import { describe, expect, it } from '@jest/globals';
import { ArtifactForm } from '@conch/contracts/common';
import { DatasetVersion } from '@conch/contracts/datasets';
import { ModelVersion } from '@conch/contracts/registry';
import { Refusal } from '@conch/errors';
import { RpcJobInputs } from './rpc-job-inputs.js';

const folder = { digest: `sha256:${'a'.repeat(64)}`, sizeBytes: 9, form: ArtifactForm.ARTIFACT_FORM_FOLDER };

function inputs(answers: {
  model?: Parameters<typeof ModelVersion.fromPartial>[0] | Refusal;
  data?: Parameters<typeof DatasetVersion.fromPartial>[0] | Refusal;
}): RpcJobInputs {
  const answer = <T>(given: T | Refusal | undefined): T => {
    if (given instanceof Refusal) throw given;
    return given as T;
  };
  return new RpcJobInputs(
    { resolveModel: async () => ModelVersion.fromPartial(answer(answers.model) ?? {}) },
    { getDatasetVersion: async ({ key }) => DatasetVersion.fromPartial({ ...answer(answers.data), datasetId: key?.$case ?? '' }) },
  );
}

describe(RpcJobInputs.name, () => {
  it('finds the version to tune, with its weights and their format', async () => {
    const model = { id: 'mv_1', modelName: 'conch-tiny', weights: folder, weightFormat: 'fp32' };
    expect(await inputs({ model }).base('p', 'conch-tiny@latest')).toEqual({
      versionId: 'mv_1',
      name: 'conch-tiny',
      weights: { digest: folder.digest, sizeBytes: 9, form: 'folder' },
      weightFormat: 'fp32',
    });
  });

  it("refuses an unknown model as invalid, in the registry's words", async () => {
    const model = new Refusal('not_found', 'MODEL_NOT_FOUND', 'The model `x` does not exist or you do not have access to it. There are: conch-tiny.');
    await expect(inputs({ model }).base('p', 'x')).rejects.toMatchObject({ kind: 'invalid', code: 'MODEL_NOT_FOUND', param: 'model', message: model.message });
  });

  it('refuses a model without weights', async () => {
    await expect(inputs({ model: { id: 'mv_1', modelName: 'm' } }).base('p', 'm')).rejects.toMatchObject({ code: 'MODEL_NOT_TRAINABLE', param: 'model' });
  });

  it.each([
    ['training_file', new Refusal('not_found', 'FILE_NOT_FOUND', 'No such File object: file-x.')],
    ['validation_file', new Refusal('invalid', 'FILE_NOT_FOR_TRAINING', 'The file file-x has the purpose assistants.')],
  ] as const)('refuses what is named by %s under that name', async (param, data) => {
    await expect(inputs({ data }).dataset('p', 'file-x', param)).rejects.toMatchObject({
      kind: 'invalid',
      code: data.code,
      param,
      message: `${param}: ${data.message}`,
    });
  });

  it('passes on that a service is away, so that the caller tries again', async () => {
    const away = new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'away');
    await expect(inputs({ model: away }).base('p', 'm')).rejects.toBe(away);
    await expect(inputs({ data: away }).dataset('p', 'file-1', 'training_file')).rejects.toBe(away);
    await expect(inputs({ model: away }).isRegistered('p', 'm')).rejects.toBe(away);
  });

  it('takes a file or a version of data', async () => {
    const data = { id: 'dsv_1', digest: 'sha256:x', rows: 3, lastAnswerOnly: true, trainingFolder: folder };
    for (const named of ['file-1', 'dsv_1']) {
      expect(await inputs({ data }).dataset('p', named, 'training_file')).toMatchObject({
        named,
        versionId: 'dsv_1',
        rows: 3,
        lastAnswerOnly: true,
        folder: { sizeBytes: 9 },
      });
    }
  });
});
