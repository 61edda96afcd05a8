import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView, pageOf } from '../http/schemas.js';
import { sendBytes } from '../http/send-bytes.js';
import { Serve } from '../http/serve.js';
import { idempotencyKeyOf } from '../idempotency/idempotent-requests.js';
import { Peers } from '../peers/peers.js';
import { CONFIG } from '../platform.module.js';
import { createFile, deleteFile, listFiles, retrieveFile, retrieveFileContent } from './file-operations.js';
import { fileView } from './file-view.js';
import { hangUp } from './upload-file/hang-up.js';
import { UploadFile } from './upload-file/upload-file.js';
import { UploadForm } from './upload-file/upload-form.js';

/** Files of the caller's project. */
@Controller()
export class FilesController {
  constructor(
    private readonly peers: Peers,
    private readonly upload: UploadFile,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Serve(createFile)
  async create(
    @Input(createFile) _: InputOf<typeof createFile>,
    @From() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const form = new UploadForm(request.raw, { maxBytes: this.config.CONCH_MAX_UPLOAD_BYTES, idleMs: this.config.CONCH_UPLOAD_IDLE_MS });
    try {
      return await this.upload.execute(form, caller, idempotencyKeyOf(request.headers));
    } catch (error) {
      form.abandon();
      hangUp(request, reply);
      throw error;
    }
  }

  @Serve(listFiles)
  async list(@Input(listFiles) { query }: InputOf<typeof listFiles>, @From() caller: Caller) {
    // Over gRPC, because a page of files can be larger than a NATS message.
    const call = { ...caller, timeoutMs: this.config.CONCH_CALL_TIMEOUT_MS };
    const { files, hasMore } = await this.peers.fileBytes.listFiles({ page: pageOf(query), purpose: query.purpose ?? '' }, call);
    return listView(files.map(fileView), hasMore);
  }

  @Serve(retrieveFile)
  async retrieve(@Input(retrieveFile) { params }: InputOf<typeof retrieveFile>, @From() caller: Caller) {
    return fileView(await this.peers.files.getFile(params, caller));
  }

  @Serve(retrieveFileContent)
  async content(@Input(retrieveFileContent) { params }: InputOf<typeof retrieveFileContent>, @From() caller: Caller, @Res() reply: FastifyReply) {
    const { filename, sizeBytes } = await this.peers.files.getFile(params, caller);
    await sendBytes(reply, { filename, sizeBytes, bytes: chunksOf(this.peers.fileBytes.readFile(params, caller)) });
  }

  @Serve(deleteFile)
  async delete(@Input(deleteFile) { params }: InputOf<typeof deleteFile>, @From() caller: Caller) {
    const { id } = await this.peers.files.deleteFile(params, caller);
    return { id, object: 'file' as const, deleted: true };
  }
}

async function* chunksOf(messages: AsyncIterable<{ readonly chunk: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { chunk } of messages) yield chunk;
}
