import type { DatasetVersion } from '../versions/dataset-version.entity.js';
import type { Purpose, StoredFile } from './file.entity.js';

/** Which files are listed, and which slice of them. */
export interface FileQuery {
  readonly purpose: Purpose | null;
  readonly limit: number;
  readonly after: string;
  readonly before: string;
  readonly ascending: boolean;
}

/** One page of files. */
export interface FilePage {
  readonly files: readonly StoredFile[];
  readonly hasMore: boolean;
}

/** Where files are kept. A project sees its own; files whose time is over are not found. */
export abstract class FileRepository {
  abstract find(projectId: string, id: string): Promise<StoredFile | null>;
  abstract list(projectId: string, query: FileQuery): Promise<FilePage>;
  /** Enters a file whose content is stored, and the dataset version made from it, announcing the version; all or nothing. */
  abstract add(file: StoredFile, version: DatasetVersion | null): Promise<void>;
  /** Enters a file under a key of its project, unless the key has one; answers the file that stands. */
  abstract addOnce(file: StoredFile, key: string): Promise<StoredFile>;
  /** Removes a file and announces it; false when it is not there. */
  abstract remove(projectId: string, id: string): Promise<boolean>;
  /** Removes, announcing each, at most `limit` files of any project whose time is over; answers how many. */
  abstract removeExpired(now: Date, limit: number): Promise<number>;
}
