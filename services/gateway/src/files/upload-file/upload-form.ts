import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { DomainError } from '@conch/errors';
import { parseQueryString } from '../../http/query-string.js';
import { refusalFor } from '../../http/zod-refusal.js';
import { UploadFields } from '../file-operations.js';
import { UploadCutOff, UploadFileMissing, UploadMalformed, UploadNotAForm, UploadStalled, UploadTooLarge } from '../upload.errors.js';

const FORM = /^multipart\/form-data\b/i;
const MAX_FIELDS = 16;
const MAX_FIELD_BYTES = 4_096;
/** Bytes that busboy holds between the socket and whoever reads the file. */
const HELD_BYTES = 256 * 1024;

/** What the form says of the file; `UploadHeader` of the datasets service fits. */
export interface FileHeader {
  readonly filename: string;
  readonly purpose: string;
  readonly expiresAfterSeconds: number;
}

/** The file of a form: its name, and its bytes as they arrive. */
export interface FormFile {
  readonly filename: string;
  readonly bytes: AsyncIterable<Buffer>;
}

/** What one upload may be. */
export interface UploadLimits {
  readonly maxBytes: number;
  readonly idleMs: number;
}

/** A form that is read while it arrives: no faster than its file is taken, and never held. */
export class UploadForm {
  private readonly parser: BusboyInstance;
  private readonly fields = new Map<string, string>();
  private readonly content = createHash('sha256');
  private readonly fileArrived = Promise.withResolvers<FormFile>();
  private readonly finished = Promise.withResolvers<void>();
  private readonly watch: NodeJS.Timeout;
  private file: BusboyFileStream | null = null;
  private lastBytesAt = Date.now();
  private hasFinished = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly limits: UploadLimits,
  ) {
    this.parser = parserFor(request, limits.maxBytes);
    // Whoever waits for one of them is told; the other may have nobody waiting.
    for (const promise of [this.fileArrived.promise, this.finished.promise]) promise.catch(() => undefined);
    this.listen();
    this.watch = setInterval(() => this.checkIdle(), Math.max(1, limits.idleMs / 4)).unref();
    request.pipe(this.parser);
  }

  /** The form's file, as soon as it begins to arrive. */
  async arrival(): Promise<FormFile> {
    return this.fileArrived.promise;
  }

  /** Resolves when the form has arrived as a whole; rejects when it never does. */
  async complete(): Promise<void> {
    return this.finished.promise;
  }

  /** Whether all of the form has arrived. */
  get isWhole(): boolean {
    return this.hasFinished;
  }

  /** Whether the fields that came so far say what the file is for. */
  get knowsPurpose(): boolean {
    return this.fields.has('purpose');
  }

  /** What the fields that came so far say. Throws the refusal that names the field at fault. */
  header(filename: string): FileHeader {
    const said = UploadFields.safeParse(parseQueryString(new URLSearchParams([...this.fields]).toString()), { reportInput: true });
    if (!said.success) throw refusalFor(said.error, 'body');
    return { filename, purpose: said.data.purpose, expiresAfterSeconds: said.data.expires_after?.seconds ?? 0 };
  }

  /** sha256 of the file's bytes; to be asked once, after all of them were read. */
  contentDigest(): string {
    return this.content.digest('hex');
  }

  /** Stops reading the form, and tells whoever still waits for something of it. */
  abandon(why: DomainError = new UploadCutOff()): void {
    clearInterval(this.watch);
    this.request.unpipe(this.parser);
    this.fileArrived.reject(why);
    this.finished.reject(why);
    this.file?.destroy(why);
  }

  private listen(): void {
    this.request.on('data', () => {
      this.lastBytesAt = Date.now();
    });
    this.request.once('close', () => {
      if (!this.request.readableEnded) this.abandon();
    });
    this.request.once('error', (error) => this.abandon(new UploadCutOff(error)));
    this.parser.on('field', (name, value) => this.onField(name, value));
    this.parser.on('file', (_name, stream, filename) => this.onFile(stream, filename));
    this.parser.on('filesLimit', () => this.abandon(new UploadMalformed('it has more than one file')));
    this.parser.on('fieldsLimit', () => this.abandon(new UploadMalformed(`it has more than ${MAX_FIELDS} fields`)));
    this.parser.on('error', (error) => this.abandon(readParserError(error)));
    this.parser.on('finish', () => this.onFinish());
  }

  private onField(name: string, value: string): void {
    if (this.fields.has(name)) this.abandon(new UploadMalformed(`it says '${name.slice(0, 60)}' twice`));
    else this.fields.set(name, value);
  }

  private onFile(stream: BusboyFileStream, filename: string | undefined): void {
    this.file = stream;
    // An error of the stream is told to whoever reads it; without a reader it must not end the process.
    stream.on('error', (error) => this.abandon(readParserError(error)));
    stream.on('limit', () => this.abandon(new UploadTooLarge(this.limits.maxBytes)));
    this.fileArrived.resolve({ filename: filename ?? 'file', bytes: this.digesting(stream) });
  }

  private onFinish(): void {
    clearInterval(this.watch);
    if (this.file === null) this.abandon(new UploadFileMissing());
    else {
      this.hasFinished = true;
      this.finished.resolve();
    }
  }

  private async *digesting(stream: BusboyFileStream): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        this.content.update(chunk);
        yield chunk;
      }
    } catch (error) {
      throw readParserError(error);
    }
  }

  /** Only the sender is watched: while its bytes are not taken, it cannot send more. */
  private checkIdle(): void {
    if (this.request.isPaused()) this.lastBytesAt = Date.now();
    else if (Date.now() - this.lastBytesAt >= this.limits.idleMs) this.abandon(new UploadStalled(this.limits.idleMs));
  }
}

function parserFor(request: IncomingMessage, maxBytes: number): BusboyInstance {
  const contentType = request.headers['content-type'];
  if (contentType === undefined || !FORM.test(contentType)) throw new UploadNotAForm(contentType);
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': contentType },
      // Some clients give their file no name, and some give a name to a mere field.
      isPartAFile: (name) => name === 'file',
      highWaterMark: HELD_BYTES,
      fileHwm: HELD_BYTES,
      limits: { files: 1, fileSize: maxBytes, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, fieldNameSize: 128, headerPairs: 32, headerSize: 16_384 },
    });
  } catch (error) {
    throw new UploadMalformed('its content type names no boundary', error);
  }
}

function readParserError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return /unexpected end|terminated early/i.test(text)
    ? new UploadCutOff(error)
    : new UploadMalformed('its parts are not separated as multipart/form-data asks for', error);
}
