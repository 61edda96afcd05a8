import pg from 'pg';

const BIGINT_OID: number = pg.types.builtins.INT8;

/** Reads `bigint` as a number, and refuses one that a number cannot hold exactly. */
function readBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the bigint ${text} from the database does not fit a number exactly`);
  return value;
}

/** Column types of this package's connections: those of node-postgres, with `bigint` as a number. */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary'): unknown =>
    oid === BIGINT_OID && format !== 'binary' ? readBigint : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};
