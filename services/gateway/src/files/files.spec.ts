import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { Refusal } from '@conch/errors';
import type { File as FileMessage, UploadFileRequest } from '@conch/contracts/datasets';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestGateway, startGateway } from '../gateway.fixture.js';

const BOUNDARY = 'the-boundary';
const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

interface Stored {
  readonly header: { filename: string; purpose: string; expiresAfterSeconds: number };
  readonly bytes: number;
  readonly sha256: string;
  readonly project: string;
}

const stored: Stored[] = [];
const brokenOff: string[] = [];
let refuseWith: Refusal | null = null;
let refuseAtEnd: Refusal | null = null;
let pauseMs = 0;

/** The datasets service as far as an upload goes: it keeps what it got as a whole, and notes what broke off. */
async function uploadFile(requests: AsyncIterable<unknown>, call: { projectId: string }): Promise<FileMessage> {
  const hash = createHash('sha256');
  let header: Stored['header'] | null = null;
  let bytes = 0;
  try {
    for await (const { part } of requests as AsyncIterable<UploadFileRequest>) {
      if (part?.$case === 'header') header = part.value;
      if (part?.$case !== 'chunk') continue;
      if (refuseWith !== null) throw refuseWith;
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      bytes += part.value.length;
      hash.update(part.value);
    }
  } catch (error) {
    brokenOff.push((error as { code?: string }).code ?? String(error));
    throw error;
  }
  if (refuseAtEnd !== null) throw refuseAtEnd;
  if (header === null) throw new Error('no header came');
  stored.push({ header, bytes, sha256: hash.digest('hex'), project: call.projectId });
  return aFile({ id: `file-${stored.length}`, filename: header.filename, purpose: header.purpose, sizeBytes: bytes });
}

function aFile(fields: Partial<FileMessage>): FileMessage {
  return {
    id: 'file-1',
    filename: 'a.jsonl',
    purpose: 'fine-tune',
    sizeBytes: 3,
    status: 'processed',
    statusDetails: '',
    createdAt: new Date(1_700_000_000_000),
    expiresAt: undefined,
    content: undefined,
    datasetVersionId: '',
    ...fields,
  };
}

function field(name: string, value: string): string {
  return `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

function filePart(content: string, filename = 'train.jsonl'): string {
  return `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${filename}"\r\ncontent-type: application/octet-stream\r\n\r\n${content}\r\n`;
}

/** A body as a connection delivers it. */
function slices(body: string): Readable {
  const bytes = Buffer.from(body);
  return Readable.from(Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) => bytes.subarray(index * 65_536, (index + 1) * 65_536)));
}

const END = `--${BOUNDARY}--\r\n`;

describe('files', () => {
  let gateway: TestGateway;
  let baseUrl: string;

  beforeAll(async () => {
    gateway = await startGateway(
      {
        fileBytes: {
          uploadFile,
          listFiles: async () => ({ files: [aFile({ datasetVersionId: 'dsv_1' }), aFile({ id: 'file-2' })], hasMore: true }),
          readFile: async function* ({ id }) {
            if (id === 'file-lost') throw new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'The store is away.');
            yield { chunk: Buffer.from('ab') };
            yield { chunk: Buffer.from('c') };
          },
        },
        files: {
          getFile: async ({ id = '' }) => {
            if (id === 'file-none') throw new Refusal('not_found', 'FILE_NOT_FOUND', 'No such File object: file-none.', { param: 'id' });
            return aFile({ id, filename: 'Muschel "é".jsonl' });
          },
          deleteFile: async ({ id = '' }) => ({ id }),
        },
      },
      { CONCH_MAX_UPLOAD_BYTES: String(32 * 1024 * 1024), CONCH_UPLOAD_IDLE_MS: '400', CONCH_STATE_DIR: '/tmp/conch-gateway-files-spec' },
    );
    baseUrl = await gateway.listen();
  }, 60_000);
  afterAll(() => gateway.stop());
  beforeEach(() => {
    stored.length = 0;
    brokenOff.length = 0;
    refuseWith = null;
    refuseAtEnd = null;
    pauseMs = 0;
  });

  const upload = (body: string, headers: Record<string, string> = {}) =>
    gateway.request('POST', '/v1/files', { headers: { ...FORM, ...headers }, payload: slices(body) });

  it('hands a file on with what the form says of it', async () => {
    const answer = await upload(
      field('purpose', 'fine-tune') +
        field('expires_after[anchor]', 'created_at') +
        field('expires_after[seconds]', '3600') +
        filePart('{"a":1}', '训练.jsonl') +
        END,
    );
    expect(answer.json()).toMatchObject({
      id: 'file-1',
      object: 'file',
      bytes: 7,
      created_at: 1_700_000_000,
      purpose: 'fine-tune',
      status: 'processed',
      expires_at: null,
    });
    expect(stored).toMatchObject([{ header: { filename: '训练.jsonl', purpose: 'fine-tune', expiresAfterSeconds: 3600 }, bytes: 7, project: 'proj_one' }]);
  });

  it('takes the purpose after the file too', async () => {
    const answer = await upload(filePart('x'.repeat(3_000_000)) + field('purpose', 'user_data') + END);
    expect(answer.statusCode).toBe(200);
    expect(stored).toMatchObject([
      { header: { purpose: 'user_data' }, bytes: 3_000_000, sha256: createHash('sha256').update('x'.repeat(3_000_000)).digest('hex') },
    ]);
  });

  it.each([
    ['no purpose', filePart('x') + END, 'purpose', 'missing_required_parameter'],
    ['an unknown purpose', field('purpose', 'fun') + filePart('x') + END, 'purpose', 'invalid_value'],
    ['no file', field('purpose', 'batch') + END, 'file', 'missing_required_parameter'],
    ['a field that it does not know', field('purpose', 'batch') + field('colour', 'blue') + filePart('x') + END, 'colour', 'unknown_parameter'],
    [
      'an expiry out of range',
      field('purpose', 'batch') + field('expires_after[anchor]', 'created_at') + field('expires_after[seconds]', '5') + filePart('x') + END,
      'expires_after.seconds',
      'invalid_value',
    ],
    ['a field that is there twice', field('purpose', 'batch') + filePart('x') + field('purpose', 'evals') + END, null, 'invalid_form'],
    [
      'news after the file',
      field('purpose', 'batch') +
        filePart('x'.repeat(3_000_000)) +
        field('expires_after[anchor]', 'created_at') +
        field('expires_after[seconds]', '3600') +
        END,
      'file',
      'invalid_form',
    ],
    ['two files', field('purpose', 'batch') + filePart('x') + filePart('y') + END, null, 'invalid_form'],
    ['a form that is cut off', field('purpose', 'batch') + filePart('x'), 'file', 'upload_cut_off'],
    ['a form that is cut off inside its file', field('purpose', 'batch') + filePart('x').slice(0, -2), 'file', 'upload_cut_off'],
    ['a file that is too large', field('purpose', 'batch') + filePart('x'.repeat(33 * 1024 * 1024)) + END, 'file', 'file_too_large'],
  ])('refuses %s and keeps nothing', async (_what, body, param, code) => {
    const answer = await upload(body);
    expect(answer.json().error).toMatchObject({ param, code });
    expect(answer.statusCode).toBe(code === 'file_too_large' ? 413 : 400);
    expect(stored).toEqual([]);
  });

  it('refuses a body that is no form with 415', async () => {
    const answer = await gateway.request('POST', '/v1/files', { payload: { purpose: 'batch' } });
    expect(answer.statusCode).toBe(415);
    expect(answer.json().error.message).toContain('multipart/form-data');
  });

  it('passes the refusal of the datasets service on as it is', async () => {
    refuseWith = new Refusal('invalid', 'TRAINING_FILE_INVALID', 'line 3: no messages', { param: 'training_file' });
    const answer = await upload(field('purpose', 'fine-tune') + filePart('x'.repeat(500_000)) + END);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toEqual({
      message: 'line 3: no messages',
      type: 'invalid_request_error',
      param: 'training_file',
      code: 'training_file_invalid',
    });
  });

  it('makes one file for one Idempotency-Key, and refuses the key for another file', async () => {
    const headers = { 'idempotency-key': 'key-1' };
    const form = (content: string): string => field('purpose', 'batch') + filePart(content) + END;
    const first = await upload(form('same'), headers);
    const again = await upload(form('same'), headers);
    expect(again.json()).toEqual(first.json());
    expect(stored).toHaveLength(1);
    const other = await upload(form('other'), headers);
    expect(other.statusCode).toBe(422);
    expect(other.json().error.code).toBe('idempotency_key_reused');
  });

  it('frees the Idempotency-Key of an upload that never arrived as a whole, and keeps that of one whose end is not known', async () => {
    const headers = { 'idempotency-key': 'key-2' };
    const form = field('purpose', 'batch') + filePart('x') + END;
    refuseWith = new Refusal('unavailable', 'COMMIT_OUTCOME_UNKNOWN', 'who knows');
    const cutOff = field('purpose', 'batch') + filePart('x'.repeat(1_000_000));
    await upload(cutOff, headers);
    refuseWith = null;
    expect((await upload(form, headers)).statusCode).toBe(200);
    refuseAtEnd = new Refusal('unavailable', 'COMMIT_OUTCOME_UNKNOWN', 'who knows');
    await upload(form, { 'idempotency-key': 'key-3' });
    refuseAtEnd = null;
    const repeated = await upload(form, { 'idempotency-key': 'key-3' });
    expect(repeated.statusCode).toBe(409);
    expect(repeated.json().error.code).toBe('idempotency_outcome_unknown');
  });

  it.each([['purpose first'], ['purpose last']])('refuses a form that ends without its closing boundary (%s)', async (order) => {
    const file = filePart('x'.repeat(200_000)).slice(0, -2);
    const answer = await upload(order === 'purpose first' ? field('purpose', 'fine-tune') + file : file);
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'upload_cut_off']);
    expect(brokenOff.filter((why) => why !== 'UPLOAD_CUT_OFF')).toEqual([]);
    expect(stored).toEqual([]);
  });

  it('breaks the upload off when its sender goes away', async () => {
    const socket = await beginUpload();
    socket.destroy();
    await until(() => brokenOff.length === 1);
    expect(brokenOff).toEqual(['UPLOAD_CUT_OFF']);
    expect(stored).toEqual([]);
  });

  it('gives up on a sender that stands still, and tells it so', async () => {
    const socket = await beginUpload();
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    expect(String(answer)).toContain('upload_stalled');
    expect(brokenOff).toEqual(['UPLOAD_STALLED']);
  });

  it('takes a file no faster than the datasets service does', async () => {
    pauseMs = 40;
    const socket = await beginUpload(31_000_000);
    let flushed = 0;
    const chunk = Buffer.alloc(100_000, 'y');
    const sender = (async () => {
      for (let sent = 0; sent < 30_000_000; sent += chunk.length) {
        if (!socket.write(chunk)) await once(socket, 'drain');
        flushed = sent;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    // What the kernel and the pipe hold; the rest waits with its sender.
    expect(flushed).toBeLessThan(15_000_000);
    pauseMs = 0;
    await sender;
    socket.destroy();
    await until(() => brokenOff.length === 1);
  });

  it('lists files in the envelope of OpenAI', async () => {
    const answer = await gateway.request('GET', '/v1/files?limit=2&purpose=fine-tune&order=asc');
    expect(answer.json()).toMatchObject({
      object: 'list',
      has_more: true,
      first_id: 'file-1',
      last_id: 'file-2',
      data: [{ dataset_version_id: 'dsv_1' }, { id: 'file-2' }],
    });
  });

  it('sends the bytes of a file as a download', async () => {
    const answer = await gateway.request('GET', '/v1/files/file-9/content');
    expect(answer.body).toBe('abc');
    expect(answer.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-length': '3', 'x-content-type-options': 'nosniff' });
    expect(answer.headers['content-disposition']).toBe("attachment; filename*=UTF-8''Muschel%20%22%C3%A9%22.jsonl");
  });

  it('still answers with an error when not even the first byte of a file can be had', async () => {
    const answer = await gateway.request('GET', '/v1/files/file-lost/content');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json().error.code).toBe('service_unavailable');
  });

  it('answers for a file that is not there', async () => {
    const answer = await gateway.request('GET', '/v1/files/file-none');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error).toMatchObject({ type: 'not_found_error', param: 'id', code: 'file_not_found' });
  });

  it('deletes a file', async () => {
    expect((await gateway.request('DELETE', '/v1/files/file-9')).json()).toEqual({ id: 'file-9', object: 'file', deleted: true });
  });

  /** Sends the beginning of an upload over a real connection, and stops in the middle of the file. */
  async function beginUpload(contentLength = 1_000_000) {
    const { hostname, port } = new URL(baseUrl);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const head = [
      `POST /v1/files HTTP/1.1`,
      `host: ${hostname}`,
      `authorization: Bearer ${gateway.keys.one}`,
      `content-type: ${FORM['content-type']}`,
      `content-length: ${contentLength}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${field('purpose', 'batch')}${filePart('x'.repeat(1_000)).slice(0, -2)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return socket;
  }
});

async function until(isTrue: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 3_000;
  while (!isTrue()) {
    if (Date.now() > giveUpAt) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
