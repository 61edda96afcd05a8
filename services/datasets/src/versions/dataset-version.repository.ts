import type { DatasetVersion } from './dataset-version.entity.js';

/** Which slice of the versions is listed. */
export interface VersionQuery {
  readonly limit: number;
  readonly after: string;
  readonly before: string;
  readonly ascending: boolean;
}

/** Where dataset versions are read; they are written together with their file. */
export abstract class DatasetVersionRepository {
  abstract find(projectId: string, id: string): Promise<DatasetVersion | null>;
  abstract list(projectId: string, query: VersionQuery): Promise<{ readonly versions: readonly DatasetVersion[]; readonly hasMore: boolean }>;
}
