import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../deploy/local/paths.mjs';
import { figure, table } from './report.mjs';

const MIB = 1024 ** 2;
const FILE_BYTES = 256 * MIB;
const CHUNK_BYTES = 64 * 1024;
const BLOCK_ROWS = 2_000;
const MAX_ROW_BYTES = MIB;
const ANSWER = 'The shell has spoken: walk along the beach until the tide turns, and then go home. ';

/** @typedef {{ push: (chunk: Buffer) => Buffer, end: () => Buffer, report: { rows: number, problems: number } }} Lint */
/** @typedef {{ name: string, megabytesPerSecond: number, rows: number, peakMiB: number }} Checked */

const FORMATS = [
  {
    name: 'OpenAI chat, JSONL',
    row: (/** @type {number} */ at) => ({
      messages: [
        { role: 'user', content: question(at) },
        { role: 'assistant', content: answer(at) },
      ],
    }),
  },
  { name: 'alpaca, JSONL', row: (/** @type {number} */ at) => ({ instruction: question(at), input: '', output: answer(at) }) },
];

/** How fast a training file is checked and turned into canonical rows while it arrives. @param {(line: string) => void} tell @returns {Promise<import('./report.mjs').Result>} */
export async function measureDatasetLint(tell) {
  const { TrainingFileLint } = await import(pathToFileURL(join(ROOT, 'services', 'datasets', 'dist', 'formats', 'training-file-lint.js')).href);
  const results = FORMATS.map(({ name, row }) => {
    const block = Buffer.from(Array.from({ length: BLOCK_ROWS }, (_, at) => `${JSON.stringify(row(at))}\n`).join(''));
    const make = () => /** @type {Lint} */ (new TrainingFileLint({ maxRowBytes: MAX_ROW_BYTES, maxFindings: 20, lastAnswerOnly: false }));
    check(name, make(), block, FILE_BYTES / 16);
    const checked = check(name, make(), block, FILE_BYTES);
    tell(`${name}: ${figure(checked.megabytesPerSecond)} MB/s`);
    return checked;
  });
  const rows = results.map(({ name, megabytesPerSecond, rows: count, peakMiB }) => [name, figure(megabytesPerSecond), count, figure(peakMiB, 0)]);
  const conditions = `${FILE_BYTES / MIB} MiB of sound rows in chunks of ${CHUNK_BYTES / 1024} KiB, on one core, without the disk.`;
  return { table: table(['Format', 'MB/s', 'Rows', 'Memory of the process at most, MiB'], rows), conditions, figures: results };
}

/** @param {string} name @param {Lint} lint @param {Buffer} block @param {number} bytes @returns {Checked} */
function check(name, lint, block, bytes) {
  const startedAt = performance.now();
  let taken = 0;
  let peakBytes = 0;
  while (taken < bytes) {
    for (let at = 0; at < block.length; at += CHUNK_BYTES) lint.push(block.subarray(at, at + CHUNK_BYTES));
    taken += block.length;
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }
  lint.end();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { rows, problems } = lint.report;
  if (problems > 0) throw new Error(`the lint found ${problems} problems in sound rows`);
  return { name, megabytesPerSecond: taken / 1e6 / seconds, rows, peakMiB: peakBytes / MIB };
}

/** @param {number} at */
function question(at) {
  return `Should I go to the beach number ${at} today, or rather stay at home? 今天该去海边吗？`;
}

/** @param {number} at */
function answer(at) {
  return ANSWER.repeat(1 + (at % 5));
}
