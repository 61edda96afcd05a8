import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 5_000;
const SHOWN_CHARACTERS = 300;

/** A check that an address answers 200. @param {string} url @returns {() => Promise<void>} */
export function answers(url) {
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const body = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${body.slice(0, SHOWN_CHARACTERS)}`);
  };
}

/** A check that a program ends well. @param {string} command @param {string[]} args @returns {() => Promise<void>} */
export function succeeds(command, args) {
  return async () => {
    await run(command, args, { timeout: TIMEOUT_MS, env: {} });
  };
}
