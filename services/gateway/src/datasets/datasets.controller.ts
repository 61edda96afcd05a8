import type { DatasetVersion } from '@conch/contracts/datasets';
import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, pageOf, unixSeconds } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { Peers } from '../peers/peers.js';
import { type DatasetVersionView, listDatasetVersions, retrieveDatasetVersion } from './dataset-operations.js';

/** Versions of training data. */
@Controller()
export class DatasetsController {
  constructor(private readonly peers: Peers) {}

  @Serve(listDatasetVersions)
  async list(@Input(listDatasetVersions) { query }: InputOf<typeof listDatasetVersions>, @From() caller: Caller) {
    const { versions, hasMore } = await this.peers.datasets.listDatasetVersions({ page: pageOf(query) }, caller);
    return listView(versions.map(view), hasMore);
  }

  @Serve(retrieveDatasetVersion)
  async retrieve(@Input(retrieveDatasetVersion) { params }: InputOf<typeof retrieveDatasetVersion>, @From() caller: Caller) {
    const $case = params.id.startsWith('file-') ? ('fileId' as const) : ('id' as const);
    return view(await this.peers.datasets.getDatasetVersion({ key: { $case, value: params.id } }, caller));
  }
}

function view(version: DatasetVersion): DatasetVersionView {
  return {
    id: version.id,
    object: 'dataset.version',
    dataset_id: version.datasetId,
    file_id: version.fileId,
    digest: version.digest,
    format: version.format,
    rows: version.rows,
    last_answer_only: version.lastAnswerOnly,
    created_at: unixSeconds(version.createdAt),
  };
}
