import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openDatabase } from '@conch/storage';
import { startPostgres } from '@conch/testing';
import { sql } from 'kysely';
import { ROOT } from '../../deploy/local/paths.mjs';
import { figure, quantile, table } from './report.mjs';

const VECTORS = 10_000;
const QUERIES = 100;
const NEIGHBOURS = 10;
const CLUSTERS = 200;
/** How far a vector lies from the middle of its cluster, against the distance between clusters. */
const SPREAD = 0.6;
const ROWS_A_STATEMENT = 200;
const PROJECT = 'bench';
const STORE = 'vs_bench';

/** @typedef {import('@conch/storage').Database<any>} AnyDatabase */
/** @typedef {{ chunk_index: number }} Row */

/** Nearest passages by pgvector's index, as retrieval asks for them, against looking at every one. @param {(line: string) => void} tell @returns {Promise<import('./report.mjs').Result>} */
export async function measureVectorSearch(tell) {
  const retrieval = await retrievalParts();
  const server = await startPostgres();
  try {
    const { url } = await server.createDatabase();
    /** @type {AnyDatabase} */
    const database = openDatabase({ url, service: 'bench', logger: { info: quiet, warn: quiet, error: quiet }, statementTimeoutMs: 300_000 });
    try {
      await database.migrate(retrieval.migrations);
      const draw = normalNumbers(7);
      const centres = Array.from({ length: CLUSTERS }, () => unit(randomVector(draw, retrieval.dimensions)));
      tell(`adding ${VECTORS} vectors of ${retrieval.dimensions} numbers`);
      await fill(database, () => near(centres, draw));
      const queries = Array.from({ length: QUERIES }, () => near(centres, draw));
      tell(`searching for ${QUERIES} of them`);
      return resultOf(await measure(database, new retrieval.PostgresChunkIndex(database), queries), retrieval.dimensions);
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
  }
}

function quiet() {}

/** The service's own code, as it runs in production. */
async function retrievalParts() {
  const load = (/** @type {string} */ path) => import(pathToFileURL(join(ROOT, 'services', 'retrieval', 'dist', path)).href);
  const [{ migrations, DIMENSIONS }, { PostgresChunkIndex }] = await Promise.all([load('database.js'), load('search/postgres-chunk-index.repository.js')]);
  return { migrations, dimensions: Number(DIMENSIONS), PostgresChunkIndex };
}

/** @param {AnyDatabase} database @param {any} index @param {Float32Array[]} queries */
async function measure(database, index, queries) {
  const exactMs = [];
  const indexMs = [];
  let found = 0;
  for (const vector of queries) {
    const [exact, exactly] = await timed(() => exactNeighbours(database, vector));
    const search = { projectId: PROJECT, storeId: STORE, queries: [{ text: '', vectors: [vector] }], filter: null, maxResults: NEIGHBOURS, scoreOf: cosineOf };
    const [hits, byIndex] = await timed(() => index.search(search));
    exactMs.push(exactly);
    indexMs.push(byIndex);
    const right = new Set(exact.map((row) => row.chunk_index));
    found += /** @type {{ chunk: { index: number } }[]} */ (hits).filter((hit) => right.has(hit.chunk.index)).length;
  }
  return { recall: found / (QUERIES * NEIGHBOURS), exactMs: quantile(exactMs, 0.5), searchMs: quantile(indexMs, 0.5), searchP95Ms: quantile(indexMs, 0.95) };
}

/** @param {AnyDatabase} database @param {Float32Array} vector @returns {Promise<Row[]>} */
function exactNeighbours(database, vector) {
  return database.inProject(PROJECT, async (tx) => {
    await sql`set local enable_indexscan = off`.execute(tx);
    const { rows } =
      await sql`select chunk_index from vectors where store_id = ${STORE} order by embedding <=> ${literal(vector)}::vector limit ${NEIGHBOURS}`.execute(tx);
    return /** @type {Row[]} */ (rows);
  });
}

/** @param {AnyDatabase} database @param {() => Float32Array} next */
async function fill(database, next) {
  const now = new Date();
  await database.inProject(PROJECT, async (tx) => {
    await tx
      .insertInto('stores')
      .values({ id: STORE, project_id: PROJECT, name: '', metadata: '{}', embedding_model: '', expires_after_days: 0, created_at: now, last_active_at: now })
      .execute();
    const document = {
      state: 'completed',
      error_code: '',
      error_message: '',
      usage_bytes: 0,
      attributes: '{}',
      max_chunk_tokens: 200,
      chunk_overlap_tokens: 0,
      created_at: now,
    };
    await tx
      .insertInto('documents')
      .values({ id: 'doc_bench', project_id: PROJECT, store_id: STORE, file_id: 'file', filename: 'f.txt', ...document })
      .execute();
  });
  const place = { document_id: 'doc_bench', project_id: PROJECT, store_id: STORE };
  for (let start = 0; start < VECTORS; start += ROWS_A_STATEMENT) {
    const indexes = Array.from({ length: ROWS_A_STATEMENT }, (_, at) => start + at);
    await database.inProject(PROJECT, async (tx) => {
      await tx
        .insertInto('chunks')
        .values(
          indexes.map((index) => ({ ...place, chunk_index: index, text: 't', heading: '', tokens: 1, start_offset: 0, end_offset: 1, terms: sql`array['t']` })),
        )
        .execute();
      await tx
        .insertInto('vectors')
        .values(indexes.map((index) => ({ ...place, chunk_index: index, window_index: 0, embedding: sql`${literal(next())}::vector` })))
        .execute();
    });
  }
  // Postgres does this by itself within a minute, and plans blindly before.
  await database.asSystem((tx) => sql`analyze`.execute(tx));
}

/** @template T @param {() => Promise<T>} work @returns {Promise<[T, number]>} */
async function timed(work) {
  const startedAt = performance.now();
  return [await work(), performance.now() - startedAt];
}

/** @param {Awaited<ReturnType<typeof measure>>} figures @param {number} dimensions @returns {import('./report.mjs').Result} */
function resultOf(figures, dimensions) {
  const { recall, exactMs, searchMs, searchP95Ms } = figures;
  const rows = [
    ['Looking at every vector', figure(exactMs), '1.000', '1.0×'],
    ['A search of retrieval', figure(searchMs), figure(recall, 3), `${figure(exactMs / searchMs)}×`],
  ];
  const conditions = `${VECTORS} vectors of ${dimensions} numbers in ${CLUSTERS} clusters, ${QUERIES} queries, one at a time; the search is the whole of it, transaction, candidates, scores and passages included (95 in 100 within ${figure(searchP95Ms)} ms).`;
  return {
    table: table(['Way', 'Median, ms', `Recall@${NEIGHBOURS}`, 'Times as fast'], rows),
    conditions,
    figures: { ...figures, vectors: VECTORS, dimensions, queries: QUERIES },
  };
}

/** @param {{ cosine: number }} nearness */
function cosineOf({ cosine }) {
  return cosine;
}

/** @param {Float32Array[]} centres @param {() => number} draw */
function near(centres, draw) {
  const centre = centres[Math.floor(Math.abs(draw()) * 1e6) % centres.length] ?? new Float32Array();
  const noise = unit(randomVector(draw, centre.length));
  return unit(centre.map((value, at) => value + SPREAD * (noise[at] ?? 0)));
}

/** @param {() => number} draw @param {number} length */
function randomVector(draw, length) {
  return Float32Array.from({ length }, draw);
}

/** @param {Float32Array} vector */
function unit(vector) {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** Numbers of a normal distribution, the same in every run. @param {number} seed @returns {() => number} */
function normalNumbers(seed) {
  let state = seed;
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** @param {Float32Array} vector */
function literal(vector) {
  return `[${vector.join(',')}]`;
}
