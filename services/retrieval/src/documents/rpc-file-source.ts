import type { FilesServiceDefinition } from '@conch/contracts/datasets';
import { Refusal } from '@conch/errors';
import type { GrpcClient } from '@conch/rpc';
import { type FileFacts, FileSource } from './file-source.js';

const GET_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 120_000;

/** Files as the datasets service holds them. */
export class RpcFileSource extends FileSource {
  constructor(private readonly files: Pick<GrpcClient<typeof FilesServiceDefinition>, 'getFile' | 'readFile'>) {
    super();
  }

  override async get(projectId: string, fileId: string): Promise<FileFacts> {
    const { id, filename, sizeBytes } = await this.files.getFile({ id: fileId }, { projectId, timeoutMs: GET_TIMEOUT_MS });
    return { id, filename, sizeBytes };
  }

  override async read(projectId: string, fileId: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    for await (const { chunk } of this.files.readFile({ id: fileId }, { projectId, timeoutMs: READ_TIMEOUT_MS, signal })) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) {
        throw new Refusal(
          'too_large',
          'DOCUMENT_TOO_LARGE',
          `the file is larger than ${maxBytes} bytes, the most that is indexed; split it into smaller files`,
          { facts: { maxBytes } },
        );
      }
      parts.push(chunk);
    }
    return Buffer.concat(parts);
  }
}
