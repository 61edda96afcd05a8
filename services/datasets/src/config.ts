import { ServiceEnv, readConfig } from '@conch/config';
import { z } from 'zod';

const DatasetsEnv = ServiceEnv.extend({
  /** The largest file that is taken. */
  CONCH_MAX_FILE_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(8 * 1024 ** 3),
  /** The largest row of a training file that is taken; one row is held in memory at a time. */
  CONCH_MAX_ROW_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(8 * 1024 ** 2),
  /** How often files whose time is over are removed. */
  CONCH_EXPIRY_INTERVAL_MS: z.coerce.number().int().positive().default(60_000),
});

/** Everything the datasets service reads from its environment. */
export type DatasetsConfig = z.output<typeof DatasetsEnv>;

/** Reads and checks the environment; throws one error that lists every problem. */
export function readDatasetsConfig(env: NodeJS.ProcessEnv): DatasetsConfig {
  return readConfig('datasets', DatasetsEnv, env);
}
