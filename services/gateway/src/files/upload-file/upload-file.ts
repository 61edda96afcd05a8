import { join } from 'node:path';
import type { File as FileMessage, UploadFileRequest } from '@conch/contracts/datasets';
import type { CallOptions, PartialMessage } from '@conch/rpc';
import { Inject, Injectable } from '@nestjs/common';
import type { GatewayConfig } from '../../config.js';
import { IdempotencyKeyReused } from '../../idempotency/idempotency.errors.js';
import { type IdempotencyScope, IdempotentRequests, fingerprintOf, isRefusal } from '../../idempotency/idempotent-requests.js';
import { Peers } from '../../peers/peers.js';
import { CONFIG } from '../../platform.module.js';
import { type FileView, createFile } from '../file-operations.js';
import { fileView } from '../file-view.js';
import { UploadFieldsTooLate } from '../upload.errors.js';
import { Spool } from './spool.js';
import type { FileHeader, FormFile, UploadForm } from './upload-form.js';

/** Hands a form's file on to the datasets service while it arrives. */
@Injectable()
export class UploadFile {
  private readonly spoolFolder: string;

  constructor(
    private readonly peers: Peers,
    private readonly idempotent: IdempotentRequests,
    @Inject(CONFIG) config: GatewayConfig,
  ) {
    this.spoolFolder = join(config.CONCH_STATE_DIR, 'uploads');
  }

  async execute(form: UploadForm, caller: CallOptions, idempotencyKey: string | null): Promise<FileView> {
    if (idempotencyKey === null) return fileView((await this.upload(form, caller)).stored);
    const scope: IdempotencyScope = { projectId: caller.projectId, operation: createFile.id, key: idempotencyKey };
    const claim = await this.idempotent.claim(scope);
    if (!claim.isFirst) return repeated(form, claim, idempotencyKey);
    const work = async () => {
      const { header, stored } = await this.upload(form, caller);
      return { answer: fileView(stored), fingerprint: fingerprint(header, form) };
    };
    // Nothing is kept of a form that did not arrive as a whole, however the upload broke off.
    return this.idempotent.perform(claim, work, (error) => isRefusal(error) || !form.isWhole);
  }

  private async upload(form: UploadForm, caller: CallOptions): Promise<{ header: FileHeader; stored: FileMessage }> {
    const file = await form.arrival();
    if (!form.knowsPurpose) return this.uploadFromDisk(form, file, caller);
    const header = form.header(file.filename);
    return { header, stored: await this.send(streamed(header, form, file), caller) };
  }

  /** The datasets service checks a file while it arrives, so it has to know the purpose first; some clients tell it last. */
  private async uploadFromDisk(form: UploadForm, file: FormFile, caller: CallOptions): Promise<{ header: FileHeader; stored: FileMessage }> {
    const spool = await Spool.open(this.spoolFolder);
    try {
      await spool.fill(file.bytes);
      await form.complete();
      const header = form.header(file.filename);
      return { header, stored: await this.send(messages(header, spool.read()), caller) };
    } finally {
      await spool.close();
    }
  }

  private send(parts: AsyncIterable<PartialMessage<UploadFileRequest>>, caller: CallOptions): Promise<FileMessage> {
    return this.peers.fileBytes.uploadFile(parts, caller);
  }
}

async function* messages(header: FileHeader, bytes: AsyncIterable<Buffer>): AsyncGenerator<PartialMessage<UploadFileRequest>> {
  yield { part: { $case: 'header', value: header } };
  for await (const value of bytes) yield { part: { $case: 'chunk', value } };
}

/** Ends only with the whole form, so that a form which is cut off after its file leaves nothing behind. */
async function* streamed(header: FileHeader, form: UploadForm, file: FormFile): AsyncGenerator<PartialMessage<UploadFileRequest>> {
  for await (const message of messages(header, file.bytes)) yield message;
  await form.complete();
  if (JSON.stringify(form.header(file.filename)) !== JSON.stringify(header)) throw new UploadFieldsTooLate();
}

async function repeated(form: UploadForm, earlier: { readonly fingerprint: string; readonly answer: unknown }, key: string): Promise<FileView> {
  const file = await form.arrival();
  for await (const _ of file.bytes);
  await form.complete();
  if (fingerprint(form.header(file.filename), form) !== earlier.fingerprint) throw new IdempotencyKeyReused(key);
  return earlier.answer as FileView;
}

function fingerprint(header: FileHeader, form: UploadForm): string {
  return fingerprintOf(JSON.stringify([header, form.contentDigest()]));
}
