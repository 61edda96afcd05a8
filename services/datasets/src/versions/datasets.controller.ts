import { ArtifactForm } from '@conch/contracts/common';
import type {
  DatasetsServiceDefinition,
  DatasetVersion as DatasetVersionMessage,
  GetDatasetVersionRequest,
  ListDatasetVersionsRequest,
} from '@conch/contracts/datasets';
import type { CallContext, Handlers, PartialMessage } from '@conch/rpc';
import { pageOf } from '../page.js';
import type { DatasetVersion } from './dataset-version.entity.js';
import { DatasetVersionKeyMissing } from './dataset-version.errors.js';
import type { DatasetVersionRepository } from './dataset-version.repository.js';
import type { GetDatasetVersion, VersionKey } from './get-dataset-version/get-dataset-version.js';

/** Dataset versions on both doors. */
export class DatasetsController implements Handlers<typeof DatasetsServiceDefinition> {
  constructor(
    private readonly versions: DatasetVersionRepository,
    private readonly get: GetDatasetVersion,
  ) {}

  async getDatasetVersion(request: GetDatasetVersionRequest, call: CallContext): Promise<PartialMessage<DatasetVersionMessage>> {
    return toMessage(await this.get.execute(call.projectId, keyOf(request)));
  }

  async listDatasetVersions(
    request: ListDatasetVersionsRequest,
    call: CallContext,
  ): Promise<{ versions: PartialMessage<DatasetVersionMessage>[]; hasMore: boolean }> {
    const { versions, hasMore } = await this.versions.list(call.projectId, pageOf(request.page));
    return { versions: versions.map(toMessage), hasMore };
  }
}

function keyOf({ key }: GetDatasetVersionRequest): VersionKey {
  if (key === undefined || key.value === '') throw new DatasetVersionKeyMissing();
  return key.$case === 'id' ? { id: key.value } : { fileId: key.value };
}

function toMessage(version: DatasetVersion): PartialMessage<DatasetVersionMessage> {
  const { id, datasetId, fileId, digest, format, rows, lastAnswerOnly, createdAt } = version;
  const trainingFolder = { digest: version.folderDigest, sizeBytes: version.folderSizeBytes, form: ArtifactForm.ARTIFACT_FORM_FOLDER };
  return { id, datasetId, fileId, digest, format, rows, lastAnswerOnly, trainingFolder, createdAt };
}
