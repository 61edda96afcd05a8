/** What retrieval needs to know of a file. */
export interface FileFacts {
  readonly id: string;
  readonly filename: string;
  readonly sizeBytes: number;
}

/** Files, which belong to another service. */
export abstract class FileSource {
  /** The file; refused as not found when the project has none of that id. */
  abstract get(projectId: string, fileId: string): Promise<FileFacts>;

  /** The file's bytes; refused when there are more than `maxBytes`. */
  abstract read(projectId: string, fileId: string, maxBytes: number, signal: AbortSignal): Promise<Buffer>;
}
