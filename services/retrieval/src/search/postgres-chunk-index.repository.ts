import type { Database } from '@conch/storage';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { RetrievalDatabase } from '../database.js';
import { ChunkIndex, type IndexQuery, type IndexSearch } from './chunk-index.repository.js';
import { filterCondition } from './filter-sql.js';
import type { Filter } from './filter.entity.js';
import type { Hit } from './hit.entity.js';
import { termsOf } from './terms.js';
import { vectorLiteral } from './vector-literal.js';

type Tx = Transaction<RetrievalDatabase>;
interface Place {
  readonly document_id: string;
  readonly chunk_index: number;
}
interface Weighted {
  readonly term: string;
  readonly weight: number;
}
interface Scored extends Place {
  readonly cosine: number;
  readonly coverage: number;
}

/** Each branch offers more than is wanted, because the other branch may move a chunk up. */
const CANDIDATES_A_RESULT = 4;
const MIN_CANDIDATES = 50;
const MAX_TERMS = 64;
const EXPLORATION = 200;

/** Search with pgvector's HNSW index and an inverted index of words, both within one store. */
export class PostgresChunkIndex extends ChunkIndex {
  constructor(private readonly database: Database<RetrievalDatabase>) {
    super();
  }

  override search(search: IndexSearch): Promise<Hit[]> {
    return this.database.inProject(search.projectId, async (tx) => {
      // The index is walked on until enough chunks pass the filters, instead of giving up after the nearest few.
      await sql`set local hnsw.iterative_scan = relaxed_order`.execute(tx);
      await sql`set local hnsw.ef_search = ${sql.lit(EXPLORATION)}`.execute(tx);
      const best = new Map<string, Place & { readonly score: number }>();
      for (const query of search.queries) {
        for (const found of await scored(tx, search, query)) {
          const key = `${found.document_id}/${found.chunk_index}`;
          const score = search.scoreOf(found);
          if (score > (best.get(key)?.score ?? -1)) best.set(key, { ...found, score });
        }
      }
      const places = [...best.values()].sort((one, other) => other.score - one.score).slice(0, search.maxResults);
      return places.length === 0 ? [] : hitsAt(tx, places);
    });
  }
}

async function scored(tx: Tx, search: IndexSearch, query: IndexQuery): Promise<readonly Scored[]> {
  const limit = Math.max(MIN_CANDIDATES, search.maxResults * CANDIDATES_A_RESULT);
  const within = inDocuments(search.storeId, search.filter);
  const terms = await weightedTerms(tx, search.storeId, query.text);
  const places = new Map<string, Place>();
  for (const vector of query.vectors) {
    for (const place of await nearest(tx, { storeId: search.storeId, within, vector, limit })) places.set(`${place.document_id}/${place.chunk_index}`, place);
  }
  for (const place of await worded(tx, { storeId: search.storeId, within, terms, limit })) places.set(`${place.document_id}/${place.chunk_index}`, place);
  return measure(tx, [...places.values()], query.vectors, terms);
}

/** Only finished documents are found, so that a search never sees half of one. */
function inDocuments(storeId: string, filter: Filter | null): RawBuilder<boolean> {
  const condition = filter === null ? sql`` : sql` and ${filterCondition(filter)}`;
  return sql<boolean>`document_id in (select id from documents where store_id = ${storeId} and state = 'completed'${condition})`;
}

interface Branch {
  readonly storeId: string;
  readonly within: RawBuilder<boolean>;
  readonly limit: number;
}

async function nearest(tx: Tx, { storeId, within, vector, limit }: Branch & { readonly vector: Float32Array }): Promise<readonly Place[]> {
  const found = await sql<Place>`select document_id, chunk_index from vectors where store_id = ${storeId} and ${within}
    order by embedding <=> ${vectorLiteral(vector)}::vector limit ${limit}`.execute(tx);
  return found.rows;
}

async function worded(tx: Tx, { storeId, within, terms, limit }: Branch & { readonly terms: readonly Weighted[] }): Promise<readonly Place[]> {
  const known = terms.filter(({ weight }) => weight > 0);
  if (known.length === 0) return [];
  const found = await sql<Place>`select document_id, chunk_index from chunks
    where store_id = ${storeId} and terms && ${known.map(({ term }) => term)}::text[] and ${within}
    order by ${sumOfWeights(sql`chunks.terms`, known)} desc limit ${limit}`.execute(tx);
  return found.rows;
}

/** The query's terms, weighted by how rare they are in the store (the weights of BM25). */
async function weightedTerms(tx: Tx, storeId: string, text: string): Promise<readonly Weighted[]> {
  const { words, pairs } = termsOf(text);
  const asked = await sql<{ readonly term: string }>`
    select distinct term from unnest(tsvector_to_array(to_tsvector('english', ${words})) || ${[...pairs]}::text[]) as term limit ${MAX_TERMS}`.execute(tx);
  const terms = asked.rows.map(({ term }) => term);
  if (terms.length === 0) return [];
  const found = await sql<Weighted>`
    with total as (select count(*)::float8 as n from chunks where store_id = ${storeId}),
      known as (
        select term, count(*)::float8 as n from chunks cross join unnest(chunks.terms) as term
        where store_id = ${storeId} and terms && ${terms}::text[] and term = any(${terms}::text[]) group by term
      )
    select term, ln(1 + (total.n - coalesce(known.n, 0) + 0.5) / (coalesce(known.n, 0) + 0.5)) as weight
    from unnest(${terms}::text[]) as term cross join total left join known using (term)`.execute(tx);
  return found.rows;
}

function sumOfWeights(terms: RawBuilder<unknown>, weighted: readonly Weighted[]): RawBuilder<number> {
  const names = weighted.map(({ term }) => term);
  const weights = weighted.map(({ weight }) => weight);
  return sql<number>`(select coalesce(sum(w.weight), 0) from unnest(${names}::text[], ${weights}::float8[]) as w(term, weight) where w.term = any(${terms}))`;
}

/** Both measures for every candidate, whichever branch brought it. */
async function measure(tx: Tx, places: readonly Place[], vectors: readonly Float32Array[], terms: readonly Weighted[]): Promise<readonly Scored[]> {
  if (places.length === 0) return [];
  const total = terms.reduce((sum, { weight }) => sum + weight, 0);
  const closest = sql.join(vectors.map((vector) => sql`max(1 - (v.embedding <=> ${vectorLiteral(vector)}::vector))`));
  const coverage = total === 0 ? sql`0::float8` : sql`${sumOfWeights(sql`c.terms`, terms)} / ${total}::float8`;
  const found = await sql<Scored>`
    select c.document_id, c.chunk_index, ${coverage} as coverage,
      coalesce((select greatest(${closest}) from vectors v where v.document_id = c.document_id and v.chunk_index = c.chunk_index), 0) as cosine
    from chunks c
    join unnest(${places.map((place) => place.document_id)}::text[], ${places.map((place) => place.chunk_index)}::int[]) as p(document_id, chunk_index)
      on p.document_id = c.document_id and p.chunk_index = c.chunk_index`.execute(tx);
  return found.rows;
}

async function hitsAt(tx: Tx, places: readonly (Place & { readonly score: number })[]): Promise<Hit[]> {
  const rows = await tx
    .selectFrom('chunks')
    .innerJoin('documents', 'documents.id', 'chunks.document_id')
    .select(['chunks.document_id', 'chunk_index', 'text', 'heading', 'tokens', 'start_offset', 'end_offset', 'file_id', 'filename', 'attributes'])
    .where(
      sql<boolean>`(chunks.document_id, chunk_index) in (select * from unnest(${places.map((place) => place.document_id)}::text[], ${places.map((place) => place.chunk_index)}::int[]))`,
    )
    .execute();
  return places.flatMap((place) => {
    const row = rows.find((one) => one.document_id === place.document_id && one.chunk_index === place.chunk_index);
    if (row === undefined) return [];
    const { text, heading, tokens, start_offset: startOffset, end_offset: endOffset } = row;
    const chunk = { index: row.chunk_index, text, heading, tokens, startOffset, endOffset };
    return [{ fileId: row.file_id, filename: row.filename, attributes: row.attributes, chunk, score: place.score }];
  });
}
