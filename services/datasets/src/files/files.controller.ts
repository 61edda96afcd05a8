import { ArtifactForm } from '@conch/contracts/common';
import type {
  AdoptFileRequest,
  DeleteFileRequest,
  File as FileMessage,
  FilesServiceDefinition,
  GetFileRequest,
  ListFilesRequest,
  ReadFileRequest,
  ReadFileResponse,
  UploadFileRequest,
  UploadHeader,
} from '@conch/contracts/datasets';
import type { CallContext, Handlers, PartialMessage } from '@conch/rpc';
import { pageOf } from '../page.js';
import type { AdoptFile } from './adopt-file/adopt-file.js';
import type { DeleteFile } from './delete-file/delete-file.js';
import { readPurpose, type StoredFile } from './file.entity.js';
import { FileNotFound, UploadMalformed } from './file.errors.js';
import type { FileRepository } from './file.repository.js';
import type { ReadFile } from './read-file/read-file.js';
import type { UploadFile } from './upload-file/upload-file.js';

/** The use cases that the controller hands calls to. */
export interface FileUseCases {
  readonly upload: UploadFile;
  readonly adopt: AdoptFile;
  readonly remove: DeleteFile;
  readonly read: ReadFile;
}

/** Files on both doors; their bytes on gRPC only. */
export class FilesController implements Handlers<typeof FilesServiceDefinition> {
  constructor(
    private readonly files: FileRepository,
    private readonly use: FileUseCases,
  ) {}

  async uploadFile(requests: AsyncIterable<UploadFileRequest>, call: CallContext): Promise<PartialMessage<FileMessage>> {
    const parts = requests[Symbol.asyncIterator]();
    const { filename, purpose, expiresAfterSeconds } = await headerOf(parts);
    const command = { projectId: call.projectId, filename, purpose, expiresAfterSeconds, bytes: chunksOf(parts), signal: call.signal };
    return toMessage(await this.use.upload.execute(command));
  }

  async getFile(request: GetFileRequest, call: CallContext): Promise<PartialMessage<FileMessage>> {
    const file = await this.files.find(call.projectId, request.id);
    if (file === null) throw new FileNotFound(request.id);
    return toMessage(file);
  }

  async listFiles(request: ListFilesRequest, call: CallContext): Promise<{ files: PartialMessage<FileMessage>[]; hasMore: boolean }> {
    const purpose = request.purpose === '' ? null : readPurpose(request.purpose);
    const { files, hasMore } = await this.files.list(call.projectId, { ...pageOf(request.page), purpose });
    return { files: files.map(toMessage), hasMore };
  }

  async deleteFile(request: DeleteFileRequest, call: CallContext): Promise<{ id: string }> {
    await this.use.remove.execute(call.projectId, request.id);
    return { id: request.id };
  }

  async *readFile(request: ReadFileRequest, call: CallContext): AsyncIterable<PartialMessage<ReadFileResponse>> {
    for await (const chunk of this.use.read.execute(call.projectId, request.id, call.signal)) yield { chunk };
  }

  async adoptFile(request: AdoptFileRequest, call: CallContext): Promise<PartialMessage<FileMessage>> {
    const { filename, purpose, content, idempotencyKey: key } = request;
    const isFile = content?.form === ArtifactForm.ARTIFACT_FORM_FILE;
    return toMessage(await this.use.adopt.execute({ projectId: call.projectId, filename, purpose, digest: content?.digest ?? '', isFile, key }));
  }
}

async function headerOf(parts: AsyncIterator<UploadFileRequest>): Promise<UploadHeader> {
  const first = await parts.next();
  if (first.done === true || first.value.part?.$case !== 'header') throw new UploadMalformed('it does not begin with a header');
  return first.value.part.value;
}

async function* chunksOf(parts: AsyncIterator<UploadFileRequest>): AsyncGenerator<Uint8Array> {
  for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
    const { part } = next.value;
    if (part?.$case !== 'chunk') throw new UploadMalformed('something other than a chunk follows the header');
    yield part.value;
  }
}

function toMessage(file: StoredFile): PartialMessage<FileMessage> {
  const { id, filename, purpose, sizeBytes, status, createdAt, expiresAt, contentDigest, datasetVersionId } = file.facts;
  return {
    id,
    filename,
    purpose,
    sizeBytes,
    status,
    createdAt,
    expiresAt: expiresAt ?? undefined,
    content: { digest: contentDigest, sizeBytes, form: ArtifactForm.ARTIFACT_FORM_FILE },
    datasetVersionId: datasetVersionId ?? '',
  };
}
