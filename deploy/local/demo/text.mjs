const BLOCKS = '▁▂▃▄▅▆▇█';
/** Characters that take two columns: East Asian scripts, their punctuation and full-width forms. */
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** Columns that a text takes on a terminal. @param {string} text */
export function widthOf(text) {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** Breaks a text into lines that fit, between words, and within a text that has none. @param {string} text @param {number} width @returns {string[]} */
export function wrap(text, width) {
  const lines = [];
  let line = '';
  for (const piece of text.match(/[^\s\u2e80-\uffff]+\s*|[\u2e80-\uffff]\s*|\s+/g) ?? []) {
    if (line !== '' && widthOf(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}

/** Numbers as a row of bars, the highest first seen as full height. @param {number[]} values @param {number} columns */
export function sparkline(values, columns) {
  const shown = sampled(values, columns);
  const top = Math.max(...shown);
  const level = (/** @type {number} */ value) => Math.round((value / (top || 1)) * (BLOCKS.length - 1));
  return shown.map((value) => BLOCKS[level(value)]).join('');
}

/**
 * Numbers as bars, one line each.
 * @param {{ label: string, value: number }[]} rows
 * @param {number} columns of the longest bar
 */
export function bars(rows, columns) {
  const top = Math.max(...rows.map(({ value }) => value));
  return rows.map(({ label, value }) => `${label}  ${'█'.repeat(Math.max(1, Math.round((value / (top || 1)) * columns)))} ${value.toFixed(2)}`);
}

/** At most so many of the values, evenly chosen, the first and the last among them. @template T @param {T[]} values @param {number} count @returns {T[]} */
export function sampled(values, count) {
  if (values.length <= count) return values;
  const step = (values.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => /** @type {T} */ (values[Math.round(index * step)]));
}
