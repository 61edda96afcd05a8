import type { DatasetsServiceDefinition, DatasetVersion } from '@conch/contracts/datasets';
import type { RegistryServiceDefinition } from '@conch/contracts/registry';
import { DomainError } from '@conch/errors';
import type { NatsClient } from '@conch/rpc';
import { artifactFrom } from '../artifact-messages.js';
import type { DatasetReference } from '../jobs/job.entity.js';
import { BaseModelHasNoWeights, BaseModelNotFound, TrainingDataRefused } from '../jobs/job.errors.js';
import { type BaseVersion, JobInputs } from '../jobs/job-inputs.js';

/** Models from the registry and data from the datasets service; their refusals are told in the words of the job's request. */
export class RpcJobInputs extends JobInputs {
  constructor(
    private readonly registry: Pick<NatsClient<typeof RegistryServiceDefinition>, 'resolveModel'>,
    private readonly datasets: Pick<NatsClient<typeof DatasetsServiceDefinition>, 'getDatasetVersion'>,
  ) {
    super();
  }

  override async base(projectId: string, model: string): Promise<BaseVersion> {
    try {
      const { id: versionId, modelName: name, weights, weightFormat } = await this.registry.resolveModel({ model }, { projectId });
      const reference = artifactFrom(weights);
      if (reference === null) throw new BaseModelHasNoWeights(model);
      return { versionId, name, weights: reference, weightFormat };
    } catch (thrown) {
      if (isRefusal(thrown, ['not_found', 'invalid']) && !(thrown instanceof BaseModelHasNoWeights)) throw new BaseModelNotFound(thrown.message);
      throw thrown;
    }
  }

  override async dataset(projectId: string, named: string, param: 'training_file' | 'validation_file'): Promise<DatasetReference> {
    const version = await this.version(projectId, named, param);
    const folder = artifactFrom(version.trainingFolder);
    if (folder === null || version.rows === 0)
      throw new TrainingDataRefused(param, 'TRAINING_FILE_EMPTY', `${named} has no rows; upload a file with at least one`);
    return { named, versionId: version.id, digest: version.digest, rows: version.rows, lastAnswerOnly: version.lastAnswerOnly, folder };
  }

  override async isRegistered(projectId: string, model: string): Promise<boolean> {
    try {
      await this.registry.resolveModel({ model }, { projectId });
      return true;
    } catch (thrown) {
      if (isRefusal(thrown, ['not_found'])) return false;
      throw thrown;
    }
  }

  private async version(projectId: string, named: string, param: 'training_file' | 'validation_file'): Promise<DatasetVersion> {
    const key = named.startsWith('dsv_') ? ({ $case: 'id', value: named } as const) : ({ $case: 'fileId', value: named } as const);
    try {
      return await this.datasets.getDatasetVersion({ key }, { projectId });
    } catch (thrown) {
      if (isRefusal(thrown, ['not_found', 'invalid'])) throw new TrainingDataRefused(param, thrown.code, thrown.message);
      throw thrown;
    }
  }
}

function isRefusal(thrown: unknown, kinds: readonly string[]): thrown is DomainError {
  return thrown instanceof DomainError && kinds.includes(thrown.kind);
}
