import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../../deploy/local/paths.mjs';

const DOCS = join(ROOT, 'docs', 'performance.md');
const RESULTS = join(ROOT, '.conch', 'bench');

/**
 * @typedef {object} Result what a measurement found
 * @property {string} table as Markdown
 * @property {string} conditions one sentence: what was measured, and how
 * @property {unknown} figures everything that the table is made of
 */

/** @typedef {Result & { name: string, title: string, startedAt: string, machine: ReturnType<typeof import('./machine.mjs').machine> }} Report */

/** Keeps a result as JSON and, when wanted, in the documentation; returns the files. @param {Report} report @param {boolean} isForDocs @returns {string[]} */
export function writeResult(report, isForDocs) {
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, `${report.name}-${report.startedAt.replaceAll(/[:.]/g, '-')}.json`);
  const text = `${JSON.stringify(report, null, 2)}\n`;
  writeFileSync(path, text);
  writeFileSync(join(RESULTS, `${report.name}.json`), text);
  if (!isForDocs) return [relative(ROOT, path)];
  writeFileSync(DOCS, withSection(existsSync(DOCS) ? readFileSync(DOCS, 'utf8') : '# Performance\n', report));
  return [relative(ROOT, path), relative(ROOT, DOCS)];
}

/** The document with the report's section put in place of the one before. @param {string} document @param {Report} report @returns {string} */
function withSection(document, report) {
  const begin = `<!-- bench:${report.name} -->`;
  const end = `<!-- /bench:${report.name} -->`;
  const { processor, cores, memoryGiB } = report.machine;
  const measured = `Measured on ${report.startedAt.slice(0, 10)} on ${cores} cores (${processor}) with ${memoryGiB} GiB. ${report.conditions}`;
  const section = `${begin}\n${report.table}\n\n${measured}\n${end}`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from >= 0 && to > from) return document.slice(0, from) + section + document.slice(to + end.length);
  return `${document.trimEnd()}\n\n## ${report.title}\n\n${section}\n`;
}

/** A table in Markdown; the first column is text, the others are figures. @param {readonly string[]} header @param {readonly (readonly (string | number)[])[]} rows @returns {string} */
export function table(header, rows) {
  const lines = [header, header.map((_, at) => (at === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** @param {number} value @param {number} [digits] @returns {string} */
export function figure(value, digits = 1) {
  return value.toFixed(digits);
}

/** The value below which a part of all values lies. @param {readonly number[]} values @param {number} part */
export function quantile(values, part) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
