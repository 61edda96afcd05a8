import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Logs of starts before this one that are kept. */
const KEPT = 3;

/** Begins new logs; those of earlier starts become `<name>.log.1`, `.2`, … @param {string} folder @param {string[]} names */
export function rotateLogs(folder, names) {
  mkdirSync(folder, { recursive: true });
  const there = new Set(readdirSync(folder));
  for (const name of names) {
    for (let age = KEPT - 1; age >= 0; age -= 1) {
      const from = age === 0 ? `${name}.log` : `${name}.log.${age}`;
      if (there.has(from)) renameSync(join(folder, from), join(folder, `${name}.log.${age + 1}`));
    }
  }
}

const COLOURS = [36, 32, 33, 35, 34, 96, 92, 93, 95];

/** Writes lines under their process's name, in a colour of its own on a terminal. @param {NodeJS.WriteStream} output @returns {(name: string, line: string) => void} */
export function prefixedLines(output) {
  /** @type {Map<string, number>} */
  const colours = new Map();
  return (name, line) => {
    if (!colours.has(name)) colours.set(name, COLOURS[colours.size % COLOURS.length] ?? 0);
    const prefix = name.padEnd(10);
    output.write(output.isTTY ? `\x1b[${colours.get(name)}m${prefix}\x1b[0m ${line}\n` : `${prefix} ${line}\n`);
  };
}

/** A log's last lines. @param {string} path @param {number} count @returns {string} */
export function tailOf(path, count) {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count).join('\n') : '';
}
