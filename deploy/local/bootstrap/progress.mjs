import { stripVTControlCharacters } from 'node:util';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Where nobody watches a live line, a step that takes long says so this often. */
const STILL_MS = 20_000;

/** @typedef {{ title: string, startedAt: number, line: string }} Task */

/** Shows what is under way: live lines on a terminal, one line a change elsewhere. */
export class Progress {
  /** @type {Map<string, Task>} */
  #tasks = new Map();
  #drawnLines = 0;
  #frame = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  constructor(/** @type {{ isTTY?: boolean, columns?: number, write(text: string): boolean }} */ output = process.stdout) {
    this.output = output;
    this.isLive = output.isTTY === true && process.env['TERM'] !== 'dumb';
  }

  /** @param {string} name @param {string} title */
  begin(name, title) {
    this.#tasks.set(name, { title, startedAt: Date.now(), line: '' });
    if (!this.isLive) this.output.write(`  … ${title}\n`);
    this.#timer ??= this.isLive ? setInterval(() => this.#draw(), FRAME_MS) : setInterval(() => this.#sayStill(), STILL_MS);
  }

  /** What a task does at this moment. @param {string} name @param {string} line */
  tell(name, line) {
    const task = this.#tasks.get(name);
    if (task !== undefined) task.line = stripVTControlCharacters(line);
  }

  /** @param {string} name @param {{ isFailed?: boolean, note?: string }} [outcome] */
  end(name, outcome = {}) {
    const task = this.#tasks.get(name);
    if (task === undefined) return;
    this.#tasks.delete(name);
    const note = outcome.note === undefined ? '' : `  ${outcome.note}`;
    this.print(`  ${outcome.isFailed ? '✗' : '✓'} ${task.title.padEnd(58)} ${secondsSince(task.startedAt).padStart(8)}${note}`);
    if (this.#tasks.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A line that stays, above the live ones. @param {string} text */
  print(text) {
    this.#erase();
    this.output.write(`${text}\n`);
    if (this.isLive && this.#tasks.size > 0) this.#draw();
  }

  #erase() {
    if (this.#drawnLines > 0) this.output.write(`\x1b[${this.#drawnLines}A\x1b[0J`);
    this.#drawnLines = 0;
  }

  #draw() {
    this.#erase();
    this.#frame = (this.#frame + 1) % FRAMES.length;
    const width = (this.output.columns ?? 100) - 1;
    for (const { title, startedAt, line } of this.#tasks.values()) {
      const text = `  ${FRAMES[this.#frame]} ${title}  ${secondsSince(startedAt)}  ${line}`;
      this.output.write(`${[...text].slice(0, width).join('')}\n`);
      this.#drawnLines += 1;
    }
  }

  #sayStill() {
    for (const { title, startedAt, line } of this.#tasks.values()) this.output.write(`  … ${title}: ${secondsSince(startedAt)}  ${line.slice(0, 100)}\n`);
  }
}

/** @param {number} startedAt @returns {string} */
export function secondsSince(startedAt) {
  return `${((Date.now() - startedAt) / 1_000).toFixed(1)} s`;
}
