import pg from 'pg';

/** Reads `bigint` as a number, and refuses one that a number cannot hold exactly. */
function readBigint(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the bigint ${text} from the database does not fit a number exactly`);
  return value;
}

/** Column types of this package's connections: those of node-postgres, with `bigint` as a number. */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 && format !== 'binary' ? readBigint : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
};
