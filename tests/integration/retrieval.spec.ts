import { DocumentState, type Document } from '@conch/contracts/retrieval';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../stack/running-stack.js';
import { CALL, RetrievalStack } from './retrieval-stack.js';

const HANDBOOK = `# Handbook

## Opening hours

The shell shop opens at nine in the morning and closes at seven in the evening.

## Refunds

Money is paid back within fourteen days when a shell arrives broken. Write to the harbour office and quote code E4711.

## 停船

游客的船可以在北码头停两个小时，停船不收费。
`;
let stack: RetrievalStack;

beforeAll(async () => {
  stack = await RetrievalStack.start();
}, 180_000);

afterAll(() => stack.stop(), 60_000);

async function upload(filename: string, text: string): Promise<string> {
  const parts = async function* () {
    yield { part: { $case: 'header' as const, value: { filename, purpose: 'user_data', expiresAfterSeconds: 0 } } };
    yield { part: { $case: 'chunk' as const, value: Buffer.from(text) } };
  };
  return (await stack.files.uploadFile(parts(), CALL)).id;
}

async function attached(storeId: string, fileId: string): Promise<Document> {
  await stack.stores.attachFile({ storeId, fileId }, CALL);
  return settled(storeId, fileId);
}

function settled(storeId: string, fileId: string): Promise<Document> {
  return eventually('an indexed document', 60_000, async () => {
    const document = await stack.stores.getDocument({ storeId, fileId }, CALL);
    return document.state === DocumentState.DOCUMENT_STATE_IN_PROGRESS ? null : document;
  });
}

async function newStore(): Promise<string> {
  return (await stack.stores.createStore({ name: 'handbook' }, CALL)).id;
}

describe('a file in a vector store', () => {
  it('is found by its meaning, in both languages, with the place to cite', async () => {
    const storeId = await newStore();
    const fileId = await upload('handbook.md', HANDBOOK);
    expect(await attached(storeId, fileId)).toMatchObject({ state: DocumentState.DOCUMENT_STATE_COMPLETED, errorCode: '' });
    const first = async (query: string) => (await stack.stores.search({ storeId, queries: [query], maxResults: 1 }, CALL)).hits[0];
    const hours = await first('When can I buy something?');
    expect(hours).toMatchObject({ fileId, filename: 'handbook.md', heading: 'Handbook > Opening hours' });
    expect([...HANDBOOK].slice(hours?.startOffset, hours?.endOffset).join('')).toBe(hours?.text);
    expect((await first('I got a damaged parcel, do I get my money?'))?.heading).toBe('Handbook > Refunds');
    expect((await first('E4711'))?.heading).toBe('Handbook > Refunds');
    expect((await first('停船要多少钱'))?.heading).toBe('Handbook > 停船');
    const store = await stack.stores.getStore({ id: storeId }, CALL);
    expect(store.fileCounts).toMatchObject({ completed: 1, total: 1 });
    expect(store.usageBytes).toBeGreaterThan(0);
  });

  it('is refused as a document when it is of a kind that is not read', async () => {
    const storeId = await newStore();
    const document = await attached(storeId, await upload('slides.pptx', 'PK'));
    expect(document).toMatchObject({ state: DocumentState.DOCUMENT_STATE_FAILED, errorCode: 'unsupported_file' });
  });

  it('leaves the store when it is deleted', async () => {
    const storeId = await newStore();
    const fileId = await upload('tides.txt', 'The tide comes twice a day.');
    await attached(storeId, fileId);
    await stack.files.deleteFile({ id: fileId }, CALL);
    await eventually('an empty store', 20_000, async () => {
      const { documents } = await stack.stores.listDocuments({ storeId }, CALL);
      return documents.length === 0 ? true : null;
    });
    expect((await stack.stores.search({ storeId, queries: ['tide'] }, CALL)).hits).toEqual([]);
  });

  it('is indexed all the same when the service is killed in the middle of it', async () => {
    const storeId = await newStore();
    const fileId = await upload('long.txt', Array.from({ length: 3_000 }, (_, at) => `Sentence number ${at} tells of a conch on the beach.`).join(' '));
    await stack.stores.attachFile({ storeId, fileId }, CALL);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await stack.process('retrieval').kill();
    await stack.process('retrieval').restart();
    expect(await settled(storeId, fileId)).toMatchObject({ state: DocumentState.DOCUMENT_STATE_COMPLETED });
    const { chunks } = await stack.stores.listChunks({ storeId, fileId }, CALL);
    expect(chunks.map((chunk) => chunk.index)).toEqual(chunks.map((_, at) => at));
  }, 120_000);

  it('waits while the embedding model is away', async () => {
    const storeId = await newStore();
    await stack.process('triton').kill();
    const fileId = await upload('wait.txt', 'The magic conch waits for nobody.');
    await stack.stores.attachFile({ storeId, fileId }, CALL);
    await stack.process('triton').restart();
    expect(await settled(storeId, fileId)).toMatchObject({ state: DocumentState.DOCUMENT_STATE_COMPLETED });
  }, 120_000);
});
