import { Progress } from '../bootstrap/progress.mjs';
import { widthOf, wrap } from './text.mjs';

const INDENT = '   ';
const MAX_WIDTH = 110;
const CODES = { bold: [1, 22], dim: [2, 22], green: [32, 39], red: [31, 39], cyan: [36, 39], yellow: [33, 39] };

/** @typedef {keyof typeof CODES} Style */

/** What the demo shows: plain text anywhere, colours and live lines on a terminal. */
export class Screen {
  constructor(output = process.stdout) {
    this.output = output;
    this.isColoured = output.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
    this.progress = new Progress(output);
  }

  /** Characters that a line may have. */
  get width() {
    return Math.min(MAX_WIDTH, this.output.columns ?? 100) - INDENT.length;
  }

  /** @param {Style} style @param {string} text */
  style(style, text) {
    const [on, off] = CODES[style];
    return this.isColoured ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  }

  /** @param {string} text */
  print(text = '') {
    this.output.write(`${text}\n`);
  }

  /** A heading with what is about to happen under it. @param {string} title @param {string} [about] */
  heading(title, about = '') {
    this.print(`\n${this.style('bold', title)}`);
    if (about !== '') this.say(about, 'dim');
  }

  /** @param {string} text @param {Style} [style] */
  say(text, style) {
    for (const line of wrap(text, this.width)) this.print(`${INDENT}${style === undefined ? line : this.style(style, line)}`);
  }

  /** Lines as they are. @param {string[]} lines @param {Style} [style] */
  lines(lines, style) {
    for (const line of lines) this.print(`${INDENT}${style === undefined ? line : this.style(style, line)}`);
  }

  /**
   * Shows something under way until it is done.
   * @template T
   * @param {string} title
   * @param {(tell: (line: string) => void) => Promise<T>} work
   * @param {(result: T) => string} [outcome] what is shown beside it when it is done
   * @returns {Promise<T>}
   */
  async during(title, work, outcome) {
    this.progress.begin(title, title);
    try {
      const result = await work((line) => this.progress.tell(title, line));
      this.progress.end(title, outcome === undefined ? {} : { note: outcome(result) });
      return result;
    } catch (error) {
      this.progress.end(title, { isFailed: true });
      throw error;
    }
  }

  /** A line that stays, above what is under way. @param {string} text */
  remark(text) {
    this.progress.print(`${INDENT}  ${this.style('dim', text)}`);
  }

  /** Texts side by side, each wrapped within its column. @param {string[][]} rows @param {number[]} shares of the width @param {(Style | undefined)[]} styles */
  table(rows, shares, styles) {
    const gap = 2;
    const widths = shares.map((share) => Math.floor((this.width - gap * (shares.length - 1)) * share));
    for (const row of rows) {
      const cells = row.map((text, column) => wrap(text, widths[column] ?? 20));
      const height = Math.max(...cells.map((lines) => lines.length));
      for (let line = 0; line < height; line += 1) {
        const parts = cells.map((lines, column) => {
          const text = lines[line] ?? '';
          const padded = text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(text)));
          const style = styles[column];
          return style === undefined ? padded : this.style(style, padded);
        });
        this.print(`${INDENT}${parts.join(' '.repeat(gap)).trimEnd()}`);
      }
    }
  }
}
