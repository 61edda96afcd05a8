import { measureDatasetLint } from './dataset-lint.mjs';
import { measureGeneration } from './generation.mjs';
import { measureJobTime } from './job-time.mjs';
import { measureOverhead } from './overhead.mjs';
import { measureVectorSearch } from './vector-search.mjs';

/**
 * @typedef {object} Measurement
 * @property {string} title
 * @property {(tell: (line: string) => void) => Promise<import('./report.mjs').Result>} run
 */

/** Every measurement, by the name it is asked for with. @type {Readonly<Record<string, Measurement>>} */
export const MEASUREMENTS = Object.freeze({
  generation: { title: 'Concurrent generations against one FastAPI process with `model.generate`', run: measureGeneration },
  overhead: { title: 'What the way through the platform costs', run: measureOverhead },
  job: { title: 'A fine-tuning job against LLaMA-Factory by itself', run: measureJobTime },
  lint: { title: 'Checking a training file', run: measureDatasetLint },
  vectors: { title: 'Vector search', run: measureVectorSearch },
});
