/** Files that were attached to a store together. */
export interface FileBatch {
  readonly id: string;
  readonly projectId: string;
  readonly storeId: string;
  readonly fileIds: readonly string[];
  readonly isCancelled: boolean;
  readonly createdAt: Date;
}
