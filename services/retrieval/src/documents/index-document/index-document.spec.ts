import { Refusal } from '@conch/errors';
import { type PostgresServer, startPostgres } from '@conch/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Bench, PROJECT } from '../../retrieval.fixture.js';
import { onFileDeleted } from '../on-file-deleted/on-file-deleted.js';
import { IndexDocument } from './index-document.js';

let server: PostgresServer;
let bench: Bench;
let storeId: string;
const LONG = Array.from({ length: 400 }, (_, at) => `Sentence number ${at} tells of a conch on the beach.`).join(' ');
const never = new AbortController().signal;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);

beforeEach(async () => {
  bench = await Bench.open((await server.createDatabase()).url);
  storeId = await bench.aStore();
});

afterEach(() => bench.close());

afterAll(() => server.stop());

async function claimed(leaseMs = 60_000) {
  const claim = await bench.documents.claim(leaseMs);
  if (claim === null) throw new Error('nothing waits');
  return claim;
}

function announced(): Promise<string[]> {
  return bench.database.asSystem(async (tx) => (await tx.selectFrom('outbox').select('subject').execute()).map((row) => row.subject));
}

describe(IndexDocument.name, () => {
  it('makes a document searchable, tells its size and announces it', async () => {
    const fileId = await bench.put(storeId, 'a.txt', LONG);
    await bench.work();
    const document = await bench.document(storeId, fileId);
    expect(document).toMatchObject({ state: 'completed', errorCode: '' });
    expect(document?.usageBytes).toBeGreaterThan(LONG.length);
    const chunks = await bench.documents.chunks(PROJECT, document?.id ?? '');
    expect(chunks.map((chunk) => chunk.index)).toEqual(chunks.map((_, at) => at));
    expect(chunks.every((chunk) => LONG.slice(chunk.startOffset, chunk.endOffset) === chunk.text)).toBe(true);
    expect(await announced()).toEqual(['conch.events.retrieval.document.indexed']);
  });

  it('fails on a kind of file that it does not read, and says what to do', async () => {
    const fileId = await bench.put(storeId, 'report.pdf', '%PDF-1.7');
    await bench.work();
    const document = await bench.document(storeId, fileId);
    expect(document).toMatchObject({ state: 'failed', errorCode: 'unsupported_file' });
    expect(document?.errorMessage).toContain('Convert it and attach it again');
    expect(await announced()).toEqual(['conch.events.retrieval.document.failed']);
  });

  it.each([
    ['not UTF-8', Buffer.from([0x61, 0x62, 0xff, 0x63]), 'byte is at 2'],
    ['empty', Buffer.from(' \n'), 'holds no text'],
    ['binary', Buffer.from('ab\0'), 'zero byte at character 2'],
  ])('fails on a text file that is %s', async (_fault, bytes, words) => {
    bench.files.put('file-x', 'x.txt', bytes);
    await bench.attach.execute({ projectId: PROJECT, storeId, fileId: 'file-x', attributesJson: '', chunking: undefined });
    await bench.work();
    const document = await bench.document(storeId, 'file-x');
    expect(document).toMatchObject({ state: 'failed', errorCode: 'invalid_file' });
    expect(document?.errorMessage).toContain(words);
  });

  it('tries again when the embedding model is away, after a pause', async () => {
    const fileId = await bench.put(storeId, 'a.txt', LONG);
    bench.embedder.failures.push(new Refusal('unavailable', 'SERVICE_UNAVAILABLE', 'inference is away'));
    await bench.work();
    expect(await bench.document(storeId, fileId)).toMatchObject({ state: 'in_progress' });
    await bench.database.asSystem((tx) => tx.updateTable('documents').set({ due_at: new Date() }).execute());
    await bench.work();
    expect(await bench.document(storeId, fileId)).toMatchObject({ state: 'completed' });
  });

  it('is taken up by another process when the first one died, and not before its lease is over', async () => {
    const fileId = await bench.put(storeId, 'a.txt', LONG);
    await claimed(300);
    expect(await bench.documents.claim(60_000)).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 400));
    await bench.index.execute(await claimed(), never);
    expect(await bench.document(storeId, fileId)).toMatchObject({ state: 'completed' });
  });

  it('throws away what a process made whose claim was taken over', async () => {
    const fileId = await bench.put(storeId, 'a.txt', LONG);
    const stale = await claimed(0);
    const fresh = await claimed();
    await bench.index.execute(stale, never);
    expect(bench.embedder.texts).toEqual([]);
    expect(await bench.document(storeId, fileId)).toMatchObject({ state: 'in_progress' });
    await bench.index.execute(fresh, never);
    expect(await bench.document(storeId, fileId)).toMatchObject({ state: 'completed' });
  });

  it('gives the document back when the service stops', async () => {
    const fileId = await bench.put(storeId, 'a.txt', LONG);
    const stopping = new AbortController();
    bench.embedder.beforeEach = async () => stopping.abort(new Error('stopping'));
    await bench.index.execute(await claimed(), stopping.signal);
    expect(await bench.document(storeId, fileId)).toMatchObject({ state: 'in_progress' });
    bench.embedder.beforeEach = async () => undefined;
    await bench.index.execute(await claimed(), never);
    expect(await bench.document(storeId, fileId)).toMatchObject({ state: 'completed' });
  });

  it('leaves nothing of a document whose file is deleted while it is indexed', async () => {
    const fileId = await bench.put(storeId, 'a.txt', LONG);
    bench.embedder.beforeEach = async () => {
      const event = { projectId: PROJECT, message: { fileId } } as Parameters<typeof onFileDeleted>[1];
      await bench.database.inProject(PROJECT, (tx) => onFileDeleted(tx, event));
    };
    await bench.index.execute(await claimed(), never);
    expect(await bench.document(storeId, fileId)).toBeUndefined();
    expect(await bench.database.asSystem((tx) => tx.selectFrom('chunks').selectAll().execute())).toEqual([]);
  });

  it('gives up after its last attempt, and says that the fault is ours', async () => {
    const fileId = await bench.put(storeId, 'a.txt', LONG);
    await bench.database.asSystem((tx) => tx.updateTable('documents').set({ attempts: 4 }).execute());
    bench.embedder.failures.push(new Error('a bug'));
    await bench.work();
    const document = await bench.document(storeId, fileId);
    expect(document).toMatchObject({ state: 'failed', errorCode: 'server_error' });
    expect(document?.errorMessage).not.toContain('a bug');
  });

  it('indexes a file anew that is attached with another chunking, and once more when it failed', async () => {
    const fileId = await bench.put(storeId, 'a.txt', LONG);
    await bench.work();
    const chunking = { maxChunkTokens: 100, chunkOverlapTokens: 0 };
    await bench.attach.execute({ projectId: PROJECT, storeId, fileId, attributesJson: '', chunking });
    expect(await bench.document(storeId, fileId)).toMatchObject({ state: 'in_progress', chunking });
    await bench.work();
    const document = await bench.document(storeId, fileId);
    expect((await bench.documents.chunks(PROJECT, document?.id ?? '')).every((chunk) => chunk.tokens <= 100)).toBe(true);
  });
});
