import { type PostgresServer, startPostgres } from '@conch/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Bench, PROJECT } from '../retrieval.fixture.js';
import { SearchStore } from './search-store.js';

let server: PostgresServer;
let bench: Bench;
let storeId: string;

const TEXTS = [
  ['conch.md', '# Conch\n\nThe magic conch answers every question with a single word.', { kind: 'shell', year: 2024, isOld: false }],
  ['tide.txt', 'The tide comes twice a day and takes what lies on the sand.', { kind: 'sea', year: 2025 }],
  ['refund.txt', 'A refund is paid within fourteen days. Error code E4711 means that the card was refused.', { kind: 'shop', year: 2026, isOld: true }],
  ['海螺.md', '# 神奇海螺\n\n神奇海螺用一个词回答每个问题。退款在十四天内支付。', { kind: 'shell', year: 2026 }],
] as const;

beforeAll(async () => {
  server = await startPostgres();
  bench = await Bench.open((await server.createDatabase()).url);
  storeId = await bench.aStore();
  for (const [filename, text, attributes] of TEXTS) await bench.put(storeId, filename, text, attributes);
  await bench.work();
}, 60_000);

afterAll(async () => {
  await bench.close();
  await server.stop();
});

async function names(query: string, more: Parameters<Bench['find']>[2] = {}): Promise<string[]> {
  return (await bench.find(storeId, query, more)).map((hit) => hit.filename);
}

describe(SearchStore.name, () => {
  it('finds a passage by its words, with the place it is from', async () => {
    const [hit] = await bench.find(storeId, 'What does error code E4711 mean?');
    const text = TEXTS[2][1];
    expect(hit).toMatchObject({ filename: 'refund.txt', attributes: TEXTS[2][2] });
    expect(text.slice(hit?.chunk.startOffset, hit?.chunk.endOffset)).toBe(hit?.chunk.text);
  });

  it('finds Chinese, which puts no spaces between words', async () => {
    expect((await names('退款什么时候支付'))[0]).toBe('海螺.md');
  });

  it('finds a word by its stem', async () => {
    const [hit] = await bench.find(storeId, 'refunds');
    expect(hit?.filename).toBe('refund.txt');
  });

  it('orders by score, from 0 to 1', async () => {
    const scores = (await bench.find(storeId, 'the magic conch answers')).map((hit) => hit.score);
    expect(scores).toEqual([...scores].sort((one, other) => other - one));
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
    expect(scores[0]).toBeGreaterThan(0.8);
  });

  it('leaves out what is below the threshold', async () => {
    const all = await bench.find(storeId, 'tide sand');
    const threshold = ((all[0]?.score ?? 0) + (all[1]?.score ?? 0)) / 2;
    expect(await names('tide sand', { scoreThreshold: threshold })).toEqual(['tide.txt']);
  });

  it('gives at most as many as are wanted', async () => {
    expect(await names('the', { maxResults: 2 })).toHaveLength(2);
  });

  it.each([
    ['eq', { type: 'eq', key: 'kind', value: 'shell' }, ['conch.md', '海螺.md']],
    ['ne, which also holds where the attribute is missing', { type: 'ne', key: 'isOld', value: true }, ['conch.md', 'tide.txt', '海螺.md']],
    ['gt', { type: 'gt', key: 'year', value: 2025 }, ['refund.txt', '海螺.md']],
    ['lte', { type: 'lte', key: 'year', value: 2024 }, ['conch.md']],
    ['an order of words', { type: 'gte', key: 'kind', value: 'shell' }, ['conch.md', 'refund.txt', '海螺.md']],
    ['an order between words and numbers, which there is none of', { type: 'gt', key: 'kind', value: 1 }, []],
    ['in', { type: 'in', key: 'kind', value: ['sea', 'shop'] }, ['refund.txt', 'tide.txt']],
    ['nin', { type: 'nin', key: 'kind', value: ['sea', 'shop'] }, ['conch.md', '海螺.md']],
    [
      'and with or',
      {
        type: 'and',
        filters: [
          { type: 'eq', key: 'year', value: 2026 },
          {
            type: 'or',
            filters: [
              { type: 'eq', key: 'isOld', value: true },
              { type: 'eq', key: 'kind', value: 'sea' },
            ],
          },
        ],
      },
      ['refund.txt'],
    ],
    ['a key and a value that try to break out', { type: 'eq', key: `x' or 1=1 --`, value: `'); drop table chunks; --` }, []],
  ])('filters by %s', async (_name, filters, expected) => {
    expect((await names('the conch tide refund 退款', { filters })).sort()).toEqual([...expected].sort());
  });

  it('searches for several queries at once, each passage with its best score', async () => {
    const hits = await bench.search.execute({
      projectId: PROJECT,
      storeId,
      queries: ['tide', 'refund'],
      maxResults: 2,
      filtersJson: '',
      scoreThreshold: 0,
      signal: new AbortController().signal,
    });
    expect(hits.map((hit) => hit.filename).sort()).toEqual(['refund.txt', 'tide.txt']);
  });

  it('finds nothing of another store, and nothing of a document that is not ready', async () => {
    const other = await bench.aStore();
    await bench.put(other, 'waiting.txt', 'conch conch conch');
    expect(await bench.find(other, 'conch')).toEqual([]);
    expect(await names('conch')).not.toContain('waiting.txt');
  });

  it('does not know the store of another project', async () => {
    const search = { storeId, queries: ['conch'], maxResults: 0, filtersJson: '', scoreThreshold: 0, signal: new AbortController().signal };
    await expect(bench.search.execute({ ...search, projectId: 'proj_2' })).rejects.toMatchObject({ kind: 'not_found', code: 'STORE_NOT_FOUND' });
  });

  it.each([
    ['an empty query', { query: ' ' }, 'query'],
    ['too many results', { query: 'x', maxResults: 51 }, 'max_num_results'],
    ['a threshold beyond 1', { query: 'x', scoreThreshold: 1.5 }, 'ranking_options.score_threshold'],
  ])('refuses %s', async (_fault, { query, ...more }, param) => {
    await expect(bench.find(storeId, query, more)).rejects.toMatchObject({ kind: 'invalid', param });
  });
});
